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
      let set = try DRAMTimingFile(Reference.bytes("timing.json"), base: nil).specification(named: preset.name)
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
}
