import Tensors
import TestSupport
import Testing

@testable import Workloads

/// Patterns that no real fixture has, each lowered to one integer layer and compared with the graph executed node by node.
@Suite struct LoweringTests {
  private func random(_ count: Int, seed: UInt64) -> [Int8] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in Int8(truncatingIfNeeded: Int(random.next() >> 33) % 256) }
  }

  /// The layers of a model, its output by the golden network, and its output by the graph.
  private func outputs(
    _ builder: ModelBuilder, _ inputs: [String: AnyTensor], _ options: Network.Options = .onnxruntime
  ) throws -> (network: Network, lowered: AnyTensor, graph: AnyTensor) {
    let graph = try Graph(builder.model)
    let network = try Network(graph, options: options)
    let lowered = try GoldenNetwork(network).run(inputs).outputs[0]
    return (network, lowered, try GoldenGraph(graph).run(inputs).outputs[0])
  }

  /// Largest distance between two integer tensors.
  private func distance(_ one: AnyTensor, _ other: AnyTensor) -> Int {
    zip(one.integers ?? [], other.integers ?? []).map { abs($0 - $1) }.max() ?? .max
  }

  @Test(arguments: [false, true]) func qLinearConv(isPerChannel: Bool) throws {
    var builder = try ModelBuilder()
    builder.input("x", .int8, [1, 2, 5, 6])
    builder.weight("xs", .float32(Tensor([], [0.02])))
    builder.weight("xz", .int8(Tensor([], [3])))
    builder.weight("w", .int8(Tensor([4, 2, 3, 3], random(72, seed: 1))))
    let scales: [Float] = isPerChannel ? [0.01, 0.02, 0.03, 0.005] : [0.02]
    builder.weight("ws", .float32(Tensor(isPerChannel ? [4] : [], scales)))
    builder.weight("wz", .int8(Tensor(isPerChannel ? [4] : [], scales.map { _ in 0 })))
    builder.weight("ys", .float32(Tensor([], [0.3])))
    builder.weight("yz", .int8(Tensor([], [-5])))
    builder.weight("b", .int32(Tensor([4], [100, -2000, 30, 0])))
    builder.node(
      "QLinearConv", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], ["y"],
      ["pads": .integers([1, 1, 1, 1]), "strides": .integers([2, 1])])
    builder.output("y")
    let input = AnyTensor.int8(Tensor([1, 2, 5, 6], random(60, seed: 2)))
    let (network, lowered, graph) = try outputs(builder, ["x": input])
    #expect(network.layers.count == 1)
    guard case .convolution(let operation) = network.layers[0].operation else {
      Issue.record("QLinearConv is no integer layer")
      return
    }
    #expect(operation.inputZeroPoint == 3)
    #expect(operation.bias == [100, -2000, 30, 0])
    #expect(operation.requantisation.factors.count == (isPerChannel ? 4 : 1))
    #expect(lowered == graph)
    // Double rounding differs from binary32 by one step at most.
    #expect(distance(try outputs(builder, ["x": input], .tflm).lowered, graph) <= 1)
  }

  @Test func uint8FilterZeroPoints() throws {
    var builder = try ModelBuilder()
    builder.input("x", .uint8, [1, 3])
    let parameters: [(String, AnyTensor)] = [
      ("xs", .float32(Tensor([], [0.1]))), ("xz", .uint8(Tensor([], [120]))),
      ("w", .uint8(Tensor([3, 2], [1, 2, 130, 255, 7, 0]))), ("ws", .float32(Tensor([], [0.02]))),
      ("wz", .uint8(Tensor([], [128]))), ("ys", .float32(Tensor([], [0.5]))), ("yz", .uint8(Tensor([], [10]))),
    ]
    for (name, tensor) in parameters { builder.weight(name, tensor) }
    builder.node("QLinearMatMul", ["x"] + parameters.map(\.0), ["y"])
    builder.output("y")
    let (network, lowered, graph) = try outputs(builder, ["x": .uint8(Tensor([1, 3], [255, 0, 121]))])
    guard case .convolution(let operation) = network.layers[0].operation else {
      Issue.record("QLinearMatMul is no integer layer")
      return
    }
    #expect(operation.filterZeroPoints == [128])
    // By hand, column 0: 135 x -127 + -120 x 2 + 1 x -121 = -17506; x 0.1 x 0.02 / 0.5 = -70.02; + 10 saturates at 0.
    // Column 1: 135 x -126 + -120 x 127 + 1 x -128 = -32378 saturates too.
    #expect(lowered == .uint8(Tensor([1, 2], [0, 0])))
    #expect(lowered == graph)
  }

  /// A BatchNormalization behind a real convolution moves into its filters and biases.
  @Test func batchNormalization() throws {
    var builder = try ModelBuilder()
    builder.input("x", .float32, [1, 2, 4, 4])
    builder.weight("w", .float32(Tensor([3, 2, 1, 1], [0.5, -1, 2, 0.25, -0.75, 1.5])))
    builder.weight("scale", .float32(Tensor([3], [1, 2, 0.5])))
    builder.weight("offset", .float32(Tensor([3], [0.1, -0.2, 0.3])))
    builder.weight("mean", .float32(Tensor([3], [0.5, 0, -1])))
    builder.weight("variance", .float32(Tensor([3], [1, 4, 0.25])))
    builder.node("Conv", ["x", "w"], ["c"])
    builder.node("BatchNormalization", ["c", "scale", "offset", "mean", "variance"], ["n"], ["epsilon": .float(0)])
    builder.node("Relu", ["n"], ["y"])
    builder.output("y")
    let values = (0..<32).map { Float($0 % 7) - 3 }
    let (network, lowered, graph) = try outputs(builder, ["x": .float32(Tensor([1, 2, 4, 4], values))])
    #expect(network.layers.count == 1)
    guard case .realConvolution(let operation) = network.layers[0].operation else {
      Issue.record("Conv and BatchNormalization are no layer")
      return
    }
    // Factors scale / sqrt(variance): 1, 1, 1; biases offset - mean x factor.
    #expect(operation.filter.tensor.elements == [0.5, -1, 2, 0.25, -0.75, 1.5])
    #expect(zip(operation.bias, [-0.4, -0.2, 1.3]).allSatisfy { abs($0 - $1) < 1e-6 })
    for (mine, theirs) in zip(lowered.floats ?? [], graph.floats ?? [9]) { #expect(abs(mine - theirs) < 1e-5) }
  }

  /// Operands of a concatenation are rescaled where their scale is not the result's.
  @Test func concatenation() throws {
    var builder = try ModelBuilder()
    builder.input("a", .int8, [1, 2, 3])
    builder.input("b", .int8, [1, 1, 3])
    builder.quantisation("DequantizeLinear", "a", "ar", 0.5, 3)
    builder.quantisation("DequantizeLinear", "b", "br", 0.25, -4)
    builder.node("Concat", ["ar", "br"], ["c"], ["axis": .integer(1)])
    builder.quantisation("QuantizeLinear", "c", "y", 0.25, -4)
    builder.output("y")
    let inputs: [String: AnyTensor] = [
      "a": .int8(Tensor([1, 2, 3], [3, 4, 5, -128, 127, 0])), "b": .int8(Tensor([1, 1, 3], [1, -128, 127])),
    ]
    for options in [Network.Options.onnxruntime, .tflm] {
      let (network, lowered, graph) = try outputs(builder, inputs, options)
      #expect(network.layers.count == 1)
      guard case .concatenation(let axis, let rescales) = network.layers[0].operation else {
        Issue.record("Concat is no integer layer")
        return
      }
      #expect(axis == 1)
      #expect(rescales.map { $0 == nil } == [false, true])
      // (3 - 3) x 2 - 4 = -4, and so on; (-128 - 3) x 2 and (127 - 3) x 2 saturate; b stays.
      #expect(lowered == .int8(Tensor([1, 3, 3], [-4, -2, 0, -128, 127, -10, 1, -128, 127])))
      #expect(lowered == graph)
    }
  }

  /// x times Sigmoid(x), and x times HardSigmoid(x), become one table.
  @Test(arguments: ["Sigmoid", "HardSigmoid"]) func swish(gate: String) throws {
    var builder = try ModelBuilder()
    builder.input("x", .int8, [256])
    builder.quantisation("DequantizeLinear", "x", "xr", 0.05, 10)
    builder.node(gate, ["xr"], ["g"])
    builder.node("Mul", ["xr", "g"], ["m"])
    builder.quantisation("QuantizeLinear", "m", "y", 0.04, -100)
    builder.output("y")
    let all = AnyTensor.int8(Tensor([256], (0..<256).map { Int8(truncatingIfNeeded: $0 - 128) }))
    let (network, lowered, graph) = try outputs(builder, ["x": all])
    #expect(network.layers.count == 1)
    guard case .table(let table) = network.layers[0].operation else {
      Issue.record("x * \(gate)(x) is no table")
      return
    }
    #expect(table.function == "Swish")
    // x = 10 stands for 0, whose result is the zero point.
    #expect(table.results[10] == -100)
    #expect(lowered == graph)
  }

  @Test(arguments: ["LeakyRelu", "Sigmoid", "Tanh", "HardSwish"]) func tables(function: String) throws {
    var builder = try ModelBuilder(opset: 14)
    builder.input("x", .int8, [256])
    builder.quantisation("DequantizeLinear", "x", "xr", 0.05, -7)
    builder.node(function, ["xr"], ["f"])
    builder.quantisation("QuantizeLinear", "f", "y", 0.05, 20)
    builder.output("y")
    let all = AnyTensor.int8(Tensor([256], (0..<256).map { Int8(truncatingIfNeeded: $0 - 128) }))
    let (network, lowered, graph) = try outputs(builder, ["x": all])
    guard case .table(let table) = network.layers[0].operation else {
      Issue.record("\(function) is no table")
      return
    }
    #expect(table.function == function)
    #expect(lowered == graph)
  }

  /// A softmax with onnxruntime's rounding is its fused form: a certain class scores floor(1 / scale), here 254 of 255.
  @Test func fusedSoftmax() throws {
    var builder = try ModelBuilder()
    builder.input("x", .int8, [1, 3])
    builder.quantisation("DequantizeLinear", "x", "xr", 0.5, 0)
    builder.node("Softmax", ["xr"], ["s"])
    builder.quantisation("QuantizeLinear", "s", "y", 0.003921569, -128)
    builder.output("y")
    let certain = AnyTensor.int8(Tensor([1, 3], [100, -100, 0]))
    let fused = try outputs(builder, ["x": certain])
    #expect(fused.lowered == .int8(Tensor([1, 3], [126, -128, -128])))
    #expect(fused.graph == .int8(Tensor([1, 3], [127, -128, -128])))
    #expect(try outputs(builder, ["x": certain], .litert).lowered == fused.graph)
    // Equal operands: 254 / 3 = 84.67 rounds to 85.
    let equal = try outputs(builder, ["x": .int8(Tensor([1, 3], [5, 5, 5]))])
    #expect(equal.lowered == .int8(Tensor([1, 3], [-43, -43, -43])))
  }
}
