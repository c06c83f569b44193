import Codecs
import MemoryFiles
import Tensors
import TestSupport
import Testing

@testable import Memory

/// Bad input gets messages with numbers.
@Suite struct InputTests {
  @Test func unknownDeviceNamesTheNearest() {
    #expect(throws: DRAMError.self) { try DRAMSpecification.named("ddr4-2401") }
    let message = #expect(throws: DRAMError.self) { try DRAMSpecification.named("ddr4-2401") }
    #expect(message?.description.contains("did you mean ddr4-2400") == true)
  }

  @Test func contradictingTimingSaysByHowMuch() {
    var timing = DRAMSpecification.ddr3x8.timing
    timing[.tRC] = 30
    let error = #expect(throws: DRAMError.self) { try DRAMSpecification.ddr3x8.with(timing: timing) }
    #expect(error?.problem == "tRC = 30 < tRAS + tRP = 39: 9 cycles short; nearest legal value 39")
  }

  @Test(arguments: ["", "RoBa", "RoBaCoXx", "RoBaCoCo", "Ro99BaCo", "RoBaBgCo9"])
  func badMappingsAreRefused(text: String) {
    #expect(throws: DRAMError.self) { try AddressMapping(text, for: DRAMSpecification.ddr4.organisation) }
  }

  @Test(arguments: ["RoBaBgCo", "RoCoBaBg", "RoBaCo", "RoCo4BaCo3", "CoRoBaBg"])
  func mappingsInvert(text: String) throws {
    let mapping = try AddressMapping(text, for: DRAMSpecification.ddr4.organisation)
    for address in stride(from: 0, to: mapping.capacity, by: 64 * 999_983) {
      #expect(mapping.address(of: mapping.location(of: address)) == address)
    }
  }

  /// Any order of the fields, split anywhere, is a one-to-one map between addresses and places.
  @Test func everyMappingIsOneToOne() throws {
    var organisation = DRAMOrganisation()
    organisation.channels = 2
    organisation.ranks = 2
    organisation.bankGroups = 2
    organisation.banksPerGroup = 4
    organisation.rows = 8
    organisation.columns = 4
    var random = SplitMix64(seed: 11)
    for _ in 0..<fuzzCases(200) {
      // A bit each of channel, rank and group, two of bank and column, three of row, in any order.
      var bits = ["Ch", "Ra", "Bg", "Ba", "Ba", "Co", "Co", "Ro", "Ro", "Ro"]
      bits.shuffle(using: &random)
      let mapping = try AddressMapping(bits.map { $0 + "1" }.joined(), for: organisation)
      var places = Set<DRAMLocation>()
      for address in stride(from: 0, to: mapping.capacity, by: organisation.burstBytes) {
        let place = mapping.location(of: address)
        #expect(mapping.address(of: place) == address, "\(mapping.text)")
        places.insert(place)
      }
      #expect(places.count == 2 * 2 * 8 * 8 * 4, "\(mapping.text)")
    }
  }

  @Test(
    arguments: [
      ("x 0x0 READ", "line 1"), ("1 0x0 READ\n0 0x0 READ", "line 2"), ("1 0x0 FETCH", "line 1"),
      ("1 zz READ", "line 1"),
      ("\n\n5 0xffffffffff READ", "line 3"), ("1 0x0 READ extra", "line 1"), ("99999999999999999999 0 R", "line 1"),
      ("1", "line 1"),
    ])
  func badTraceLinesNameTheLine(text: String, place: String) throws {
    var pieces = [Array(text.utf8)]
    var reader = TraceReader(file: "t", capacity: 1 << 32) { pieces.popLast() }
    let error = #expect(throws: DRAMError.self) { while try reader.read() != nil {} }
    #expect(error?.place == "t: \(place)")
  }

  @Test func everyReferenceSetIsReadAndTheirPresetsAgree() throws {
    for preset in DRAMSpecification.presets where preset.name != "hbm2" {
      let set = try DRAMTimingFile(Reference.bytes("timing.json"), file: "timing.json", base: nil).specification(
        named: preset.name)
      for parameter in DRAMParameter.allCases where ![.tRFCpb, .tRREFD, .tRPab].contains(parameter) {
        #expect(set.timing[parameter] == preset.timing[parameter], "\(preset.name) \(parameter)")
      }
      #expect(set.organisation == preset.organisation)
    }
  }

  @Test func commandFilesRoundTripAndAreChecked() throws {
    let options = try Reference.options("ddr3_1600_x8", refresh: false)
    let (_, commands) = try Reference.run(options, Reference.trace("ddr3", "directed"))
    let lines = commands.map { CommandFile.line($0, channel: 0, of: options.device.organisation) }
    let bytes = Array(lines.joined(separator: "\n").utf8)
    var read: [DRAMCommand] = []
    try CommandFile.read(bytes, file: "c", for: options.device.organisation) { read.append($1) }
    #expect(read == commands)
    let violations = try CommandFile.violations(bytes, file: "c", device: options.device, refreshes: false)
    #expect(violations.isEmpty)
  }

  @Test(
    arguments: [
      ("{", "t.json5:1:2"), ("[]", "t.json5:1:1: a list where an object with timing sets is due"),
      ("{ timing: { CL: 11 } }", "t.json5:1:1: \"custom\" names no standard"),
      ("{ ddr3: { timing: { tCK: 1.25, CX: 1 } } }", "t.json5:1:32: unknown key \"CX\"; did you mean"),
      ("{ ddr3: { timing: { tCK: 1.25, CL: 1.5 } } }", "t.json5:1:36: timing.CL: the number 1.5 where a whole number"),
      ("{ ddr3: { timing: { tCK: 1.25, CL: 1, CL: 2 } } }", "t.json5:1:39"),
      ("{ ddr3: { timing: { CL: 1 } } }", "t.json5:1:19: timing.tCK, the clock period in ns, is missing"),
      ("{ ddr3: { timing: { tCK: 1.25 } } }", "t.json5:1:9: ddr3: timing.CL: missing; DDR3 needs"),
    ])
  func badTimingFilesNameLineAndColumn(text: String, message: String) {
    let error = #expect(throws: DRAMError.self) { try DRAMTimingFile(Array(text.utf8), file: "t.json5", base: nil) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func contradictionsInAFileNameTheFileAndTheExcess() throws {
    let text = String(decoding: try Reference.bytes("timing.json"), as: UTF8.self)
      .replacing("\"RC\": 39", with: "\"RC\": 30", maxReplacements: 1)
    let error = #expect(throws: DRAMError.self) {
      try DRAMTimingFile(Array(text.utf8), file: "mine.json", base: nil)
    }
    #expect(
      error?.description == "mine.json:2:18: ddr3_1600_x8: timing.RC: tRC = 30 < tRAS + tRP = 39: 9 cycles short; "
        + "nearest legal value 39")
  }

  @Test func packedTracesReadLikePlainOnes() throws {
    let packed = try Reference.trace("ddr3", "cnn_layer")
    let plain = try Inflate.decompress(packed, wrapper: .gzip, file: "t")
    var readers = [packed, plain].map { TraceFile.reader($0, file: "t", capacity: 1 << 32) }
    var count = 0
    while let request = try readers[0].read() {
      #expect(try readers[1].read() == request)
      count += 1
    }
    #expect(count == 11_760)
    #expect(try readers[1].read() == nil)
    var cut = TraceFile.reader(Array(packed.dropLast(100)), file: "t.gz", capacity: 1 << 32)
    #expect(throws: InputError.self) { while try cut.read() != nil {} }
  }

  @Test func channelsGetTheirBits() throws {
    let device = try DRAMSpecification.ddr4.with(channels: 4)
    let mapping = try AddressMapping(device.defaultMapping, for: device.organisation)
    #expect((0..<8).map { mapping.location(of: $0 * 64).channel } == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(throws: DRAMError.self) { try AddressMapping("RoBaBgCo", for: device.organisation) }
    #expect(throws: DRAMError.self) { try DRAMSpecification.ddr4.with(channels: 3) }
  }

  /// Damaged files give errors, never traps.
  @Test func damagedFilesNeverTrap() throws {
    var random = SplitMix64(seed: 4)
    let plain = Array("# c\n0 0x0 READ\r\n12 0x40 W\n13 1f00000000 WRITE\n".utf8)
    let packed = try Reference.trace("ddr3", "directed")
    let timing = Array(try Reference.bytes("timing.json").prefix(1400)) + Array("}".utf8)
    let commands = Array("1 ACT 0 5 -1\n12 RD 0 5 3\n40 PREA -1 -1 -1\n60 REF -1 -1 -1\n300 ACT 7 65535 -1".utf8)
    for _ in 0..<fuzzCases(300) {
      for seed in [plain, packed] {
        var reader = TraceFile.reader(Mutation.mutate(seed, using: &random), file: "t", capacity: 1 << 32)
        do { while try reader.read() != nil {} } catch {}
      }
      _ = try? DRAMTimingFile(Mutation.mutate(timing, using: &random), file: "t", base: .ddr3x8)
      _ = try? CommandFile.violations(
        Mutation.mutate(commands, using: &random), file: "c", device: .ddr3x8, refreshes: true)
      let text = String(decoding: Mutation.mutate(Array("RoCo4BaBgCo3".utf8), using: &random), as: UTF8.self)
      if let mapping = try? AddressMapping(text, for: DRAMSpecification.ddr4.organisation) {
        let address = Int.random(in: 0..<mapping.capacity / 64, using: &random) * 64
        #expect(mapping.address(of: mapping.location(of: address)) == address, "\(text)")
      }
    }
  }
}
