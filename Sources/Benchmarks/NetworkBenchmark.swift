import Accelerators
import Mappings
import Tensors
import Workloads

/// Speed of whole networks on the 16 x 16 machine, golden comparison of every layer included, tracing off.
enum NetworkBenchmark {
  /// One image through each network and dataflow.
  static func networks(isQuick: Bool) throws -> [Measurement] {
    let networks: [(name: String, file: String, options: Network.Options)] = [
      ("LeNet-5", "lenet5/lenet5_int8_qdq.onnx", .onnxruntime),
      ("ResNet-8", "mlperf-tiny/pretrainedResnet_quant.onnx", .litert),
      ("keyword spotter", "mlperf-tiny/kws_ref_model.onnx", .litert),
    ]
    var measurements: [Measurement] = []
    for entry in networks.prefix(isQuick ? 1 : 3) {
      let network = try Network(path: "Examples/\(entry.file)", options: entry.options)
      for dataflow in Dataflow.allCases {
        let run = try SystolicNetworkRun(network, on: SystolicBenchmark.machine(dataflow, 16))
        let inputs = input(of: network)
        var cycles = 0
        let seconds = try processorSeconds {
          let result = try run.run(inputs)
          try require(result.isExact, "\(entry.name) is bit-exact")
          cycles = result.cycles
        }
        measurements.append(
          Measurement("\(entry.name), \(dataflow.rawValue) 16 x 16", seconds * 1000, "ms an image", "\(cycles) cycles"))
      }
    }
    return measurements
  }

  /// Digits through LeNet-5, on one core and on two.
  static func sideBySide(count: Int) async throws -> [Measurement] {
    let network = try Network(path: "Examples/lenet5/lenet5_int8_qdq.onnx", options: .onnxruntime)
    let run = try SystolicNetworkRun(network, on: SystolicBenchmark.machine(.weightStationary, 16))
    let digits = [[String: AnyTensor]](repeating: input(of: network), count: count)
    var measurements: [Measurement] = []
    for workers in [1, 2] {
      let start = ContinuousClock.now
      _ = try await run.run(each: digits, workers: workers)
      let time = ContinuousClock.now - start
      let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
      measurements.append(
        Measurement("LeNet-5, \(count) digits, \(workers) at a time", seconds, "s", "on the clock on the wall"))
    }
    return measurements
  }

  private static func input(of network: Network) -> [String: AnyTensor] {
    let input = network.activations[network.inputs[0]]
    let zeros = [UInt8](repeating: 0, count: input.shape.count * input.elementType.byteCount)
    return [input.name: AnyTensor(input.elementType, input.shape, littleEndianBytes: zeros)]
  }
}
