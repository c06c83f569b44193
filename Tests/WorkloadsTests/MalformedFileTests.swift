import Foundation
import Tensors
import Testing

@testable import Workloads

/// Files that are cut short, mutated or wrong end in a `NetworkError` that names file and place, never in a trap.
@Suite struct MalformedFileTests {
  @Test(arguments: [
    "onnx-topologies/light_bvlc_alexnet.onnx", "onnx-topologies/light_squeezenet.onnx",
    "onnx-vectors/node/test_basic_conv_without_padding/model.onnx", "onnx-vectors/node/test_gemm_beta/model.onnx",
  ]) func everyPrefixIsRefused(file: String) throws {
    let bytes = try Fixture.bytes(file)
    for length in 0..<bytes.count {
      let error = #expect(throws: NetworkError.self) {
        try Graph(ONNXModel(bytes: Array(bytes[..<length]), file: "cut.onnx"))
      }
      #expect(error?.description.hasPrefix("cut.onnx: ") == true)
    }
  }

  /// Their last fields are a second operator set and a note of the exporter, without which they are valid models.
  @Test func prefixesOfALargeFile() throws {
    for file in ["mlperf-tiny/kws_ref_model.onnx", "mnist/lenet5_int8_qdq.onnx"] {
      let bytes = try Fixture.bytes(file)
      let lengths = Array(stride(from: 0, to: bytes.count - 40, by: 211)) + Array(bytes.count - 40..<bytes.count)
      var accepted: [Int] = []
      for length in lengths {
        let cut = Array(bytes[..<length])
        if (try? Graph(ONNXModel(bytes: cut, file: "cut.onnx"))) != nil { accepted.append(bytes.count - length) }
      }
      #expect(accepted == (file.hasPrefix("mnist") ? [33] : [16]), "\(file)")
    }
  }

  @Test func mutatedFiles() throws {
    let count = Int(ProcessInfo.processInfo.environment["SYSTOLE_FUZZ_CASES"] ?? "") ?? 1500
    let files = try seeds()
    var random = SplitMix(seed: 2026)
    var (refused, lowered, executed) = (0, 0, 0)
    for index in 0..<count {
      var bytes = files[index % files.count]
      for _ in 0..<random.next(in: 1...4) { mutate(&bytes, &random) }
      do throws(NetworkError) {
        let graph = try Graph(ONNXModel(bytes: bytes, file: "fuzz.onnx"))
        _ = try Network(graph).explanation
        lowered += 1
        if isSmall(graph) {
          var inputs: [String: AnyTensor] = [:]
          for value in graph.inputs {
            let info = graph.values[value]
            let ones = [Double](repeating: 1, count: info.shape.count)
            inputs[info.name] = AnyTensor(info.type.elementType, info.shape, converting: ones)
          }
          _ = try GoldenGraph(graph).run(inputs)
          _ = try GoldenNetwork(Network(graph)).run(inputs)
          executed += 1
        }
      } catch {
        refused += 1
        #expect(error.description.hasPrefix("fuzz.onnx: "))
      }
    }
    print("fuzz: \(count) mutated files, \(refused) refused, \(lowered) lowered, \(executed) executed")
    #expect(refused + lowered >= count && refused > 0 && executed > 0)
  }

  /// Large files keep weight bytes only at the odds of their share: small ones come first in a round.
  private func seeds() throws -> [[UInt8]] {
    var files = ConformanceVectorTests.vectors.map { "\($0.path)/model.onnx" }
    files += ["onnx-topologies/light_bvlc_alexnet.onnx", "onnx-topologies/light_squeezenet.onnx"]
    files += ["mnist/lenet5_int8_qdq.onnx", "mlperf-tiny/kws_ref_model.onnx"]
    return try files.map { try Fixture.bytes($0) }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard !bytes.isEmpty else { return }
    let place = random.next(in: 0...bytes.count - 1)
    switch random.next(in: 0...6) {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes[place] ^= 1 << UInt8(random.next(in: 0...7))
    case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
    case 3: bytes[place] &+= 1
    case 4: bytes[place] &-= 1
    case 5: bytes.removeSubrange(place..<min(bytes.count, place + random.next(in: 1...8)))
    default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.next(in: 1...12))], at: place)
    }
  }

  private func isSmall(_ graph: Graph) -> Bool {
    let counts = graph.values.map { $0.shape.count }
    let largest = counts.max() ?? 0
    return counts.reduce(0, +) < 50_000 && largest < 20_000
  }
}
