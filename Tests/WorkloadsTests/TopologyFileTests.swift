import Foundation
import Tensors
import Testing

@testable import Workloads

struct TopologyFileTests {
  func read(_ text: String) throws(InputError) -> [TopologyRecord] {
    try TopologyFile.read(Array(text.utf8), file: "net.csv")
  }

  func message(_ text: String) -> String {
    do {
      return "accepted: \(try read(text))"
    } catch {
      return "\(error)"
    }
  }

  static let header =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"

  @Test func convolutionsAsSCALESimWritesThem() throws {
    let records = try read(
      Self.header + "Conv1, 227, 227, 11, 11, 3, 96, 4,\r\n\n  Conv2,\t31, 31, 5, 5, 96, 256, 1,\n")
    #expect(records.map(\.name) == ["Conv1", "Conv2"])
    #expect(records.map(\.line) == [2, 4])
    #expect(
      records[0].operation
        == .convolution(
          .init(
            ifmapHeight: 227, ifmapWidth: 227, filterHeight: 11, filterWidth: 11, channels: 3, filters: 96,
            strideHeight: 4, strideWidth: 4)))
    #expect(records[0].zeroFraction == nil)
    #expect(try read("Conv1, 227, 227, 11, 11, 3, 96, 4,\n") == [with(records[0], line: 1)])
  }

  /// What SCALE-Sim's own files hold beside the format: section headings, comments, two widths, unnamed columns, tabs.
  @Test func irregularFilesOfSCALESim() throws {
    let text =
      "\u{FEFF}Layer, IFMAP Width, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,,\n\nNetA,\nc1, 5, 7, 3, 2, 1, 1, 1,#dw\nNetB,,\nc1, 5, 7, 3, 2, 1, 1, 1,\n"
    let records = try read(text)
    #expect(records.map(\.section) == ["NetA", "NetB"])
    let expected = TopologyRecord.Convolution(
      ifmapHeight: 5, ifmapWidth: 7, filterHeight: 3, filterWidth: 2, channels: 1, filters: 1)
    #expect(records.allSatisfy { $0.operation == .convolution(expected) })
    let tabs =
      "Layer name\t IFMAP Height\tIFMAP Width\tFilter Height\tFilter Width\tChannels\tNum Filter\tStrides\t\nc 1\t5\t7\t3\t2\t1\t1\t1\t\n"
    #expect(try read(tabs).map(\.operation) == [.convolution(expected)])
    // A heading that no layer follows is a layer that was cut short.
    #expect(message(text + "c2,\n") == "net.csv:7:1: the layer has no IFMAP Height")
  }

  func with(_ record: TopologyRecord, line: Int) -> TopologyRecord {
    var record = record
    record.line = line
    return record
  }

  @Test func matrixProducts() throws {
    let records = try read("Layer, M, N, K,\nqkv, 512, 1536, 768,\n")
    #expect(
      records == [TopologyRecord(name: "qkv", line: 2, operation: .matrixProduct(.init(m: 512, n: 1536, k: 768)))])
    #expect(try read("Layer,K,M,N\n\"a, b\",3,1,2").first?.operation == .matrixProduct(.init(m: 1, n: 2, k: 3)))
  }

  @Test func columnsInAnyOrderAndOptionalOnes() throws {
    let text = """
      # a comment
      num_filters,CHANNELS,filter width,Filter Height,ifmap_h,ifmap_w,layer,padding,groups,dilation,zeros,batch,Stride Width,Stride Height,sparsity
      8,4,3,5,16,32,c1,1,2,2,0.25,3,2,1,2:4
      8,4,3,5,16,32,c2,,,,,,,
      """
    let records = try read(text)
    #expect(
      records[0].operation
        == .convolution(
          .init(
            ifmapHeight: 16, ifmapWidth: 32, filterHeight: 5, filterWidth: 3, channels: 4, filters: 8, strideHeight: 1,
            strideWidth: 2, padding: 1, dilation: 2, groups: 2, batch: 3)))
    #expect(records[0].zeroFraction == 0.25 && records[0].filterZeroFraction == 0.5)
    #expect(
      records[1].operation
        == .convolution(
          .init(ifmapHeight: 16, ifmapWidth: 32, filterHeight: 5, filterWidth: 3, channels: 4, filters: 8)))
  }

  @Test(arguments: [
    ("", "net.csv: the topology file has no rows"),
    (
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Channels, Num Filter,\na,1,1,1,1,1\n",
      "net.csv:1:1: a topology of convolutions needs the column Filter Width"
    ),
    ("\nLayer, M, K\n", "net.csv:2:1: a topology of matrix products needs the column N"),
    ("Layer, M, N, K\n", "net.csv:1:1: no layer follows the column names"),
    ("Layer, M, N, K, M\n", "net.csv:1:17: the column 'M' is there twice"),
    ("Layer, M, N, K, Padding\n", "net.csv:1:17: the column 'Padding' does not go with M, N, K"),
    (
      "a,1,2\n",
      "net.csv:1:1: no row names the columns, and a row of 3 cells is none of SCALE-Sim's; start with: Layer name,"
    ),
    ("Layer, M, N, K\na,1,2,x\n", "net.csv:2:7: K is 'x', not a whole number; it takes 1 to 2147483647"),
    ("Layer, M, N, K\na,1,2\n", "net.csv:2:1: the layer has no K"),
    ("Layer, M, N, K\na,1,2,3,4\n", "net.csv:2:9: the row has 5 cells, 1 more than there are columns"),
    ("Layer, M, N, K\n,1,2,3\n", "net.csv:2:1: the layer has no name"),
    (
      "Layer, M, N, K\na,1,-2,3\n",
      "net.csv:2:5: N is -2, 3 below the legal 1; it takes 1 to 2147483647; the nearest legal value is 1"
    ),
    (
      "Layer, M, N, K\na,1,99999999999999999999,3\n",
      "net.csv:2:5: N is 99999999999999999999, not a whole number of 64 bits; it takes"
    ),
    ("Layer, M, N, K\na,1,4294967296,3\n", "net.csv:2:5: N is 4294967296, 2147483649 above the legal 2147483647;"),
    ("Layer, M, N, K\n\"a,1,2,3\n", "net.csv:2:1: a quoted cell has no closing quote on its line"),
    (
      header + "c, 4, 4, 5, 4, 1, 1, 1,\n",
      "net.csv:2:10: Filter Height is 5, 1 more than IFMAP Height 4; the nearest legal value is 4"
    ),
    (header + "c, 4, 4, 3, 3, 1, 1, -1,\n", "net.csv:2:22: Strides is -1, 2 below the legal 1;"),
    (header + "c, 0, 4, 3, 3, 1, 1, 1,\n", "net.csv:2:4: IFMAP Height is 0, 1 below the legal 1;"),
    (
      "Layer,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Groups\nc,4,4,3,3,7,4,4\n",
      "net.csv:2:11: Channels is 7, not a multiple of the 4 groups; the nearest legal value is 8"
    ),
    (
      "Layer,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Padding,Dilation\nc,4,4,4,3,7,4,1,2\n",
      "net.csv:2:7: Filter Height is 4, spread by its dilation 7, 1 more than IFMAP Height 6 with padding; the nearest legal value is 3"
    ),
    ("Layer, M, N, K, Zeros\na,1,2,3,1.5\n", "net.csv:2:9: Zeros is '1.5', not a fraction; it takes 0 to 1"),
    (
      "Layer, M, N, K, Sparsity\na,1,2,3,5:4\n",
      "net.csv:2:9: Sparsity is '5:4', not N:M; it takes N non-zeros in M, such as 2:4"
    ),
    ("Layer, M, N, K, Colour\na,1,2,3,5\n", "net.csv:1:17: the column 'Colour' is not known; known are Layer name,"),
  ]) func errors(text: String, expected: String) {
    #expect(message(text).hasPrefix(expected), "\(message(text))")
  }

  @Test func mutatedFilesNeverTrap() {
    let seed = Array(
      (Self.header + "Conv1, 227, 227, 11, 11, 3, 96, 4,\n\"C2\", 9223372036854775807, -1, 5, 5, 96, 256, 1,\n").utf8)
    let alphabet = Array(",\"\n 0123456789-.eE:#x\r\t".utf8) + [0xFF, 0xC3]
    var random = SplitMix64(seed: 2)
    var accepted = 0
    for round in 0..<(ProcessInfo.processInfo.environment["SYSTOLE_FUZZ_CASES"].flatMap { Int($0) } ?? 10_000) {
      var bytes = round % 2 == 0 ? seed : Array(seed[..<132])
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let letter = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = letter
        case 1: bytes.insert(letter, at: place)
        default: bytes.remove(at: place)
        }
      }
      if let records = try? TopologyFile.read(bytes, file: "f") {
        accepted += 1
        #expect(!records.isEmpty)
      }
    }
    #expect(accepted > 100)
  }
}
