import Accelerators
import Compute
import Mappings
import Memory
import Simulation
import Tensors
import TestSupport
import Testing

@testable import Workloads

/// Networks that nobody trained: every operator that has hardware, in random order, on random machines.
@Suite("Random networks on random machines are bit-exact")
struct RandomNetworkTests {
  /// A quantised activation of the network being built.
  private struct Activation {
    var name: String
    var shape: [Int]
    var scale: Float
    var zero: Int8
  }

  /// Draws a network node by node.
  private struct Draw {
    var builder: ModelBuilder
    var random: SplitMix64
    var known: [Activation] = []
    var made = 0

    init(seed: UInt64) throws {
      builder = try ModelBuilder()
      random = SplitMix64(seed: seed)
      let shape = [draw(1...2), draw(1...6), draw(3...12), draw(3...12)]
      builder.input("x", .int8, shape.map(Int64.init))
      known = [Activation(name: "x", shape: shape, scale: 0.05, zero: 3)]
    }

    mutating func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next(below: UInt64(range.count)))
    }

    mutating func name(_ kind: String) -> String {
      made += 1
      return "\(kind)\(made)"
    }

    /// A view of an activation as real numbers.
    mutating func view(_ activation: Activation) -> String {
      let view = name("view")
      builder.quantisation("DequantizeLinear", activation.name, view, activation.scale, activation.zero)
      return view
    }

    /// Quantises a real value: a new activation.
    mutating func keep(_ value: String, _ shape: [Int], scale: Float? = nil, zero: Int8? = nil) {
      let result = Activation(
        name: name("t"), shape: shape, scale: scale ?? Float(draw(1...40)) * 0.01, zero: zero ?? Int8(draw(-20...20)))
      builder.quantisation("QuantizeLinear", value, result.name, result.scale, result.zero)
      known.append(result)
    }

    mutating func convolution(_ input: Activation) {
      let shape = input.shape
      let groups = shape[1] > 1 && draw(0...3) == 0 ? shape[1] : 1
      let (filters, kernel) = (groups == 1 ? draw(1...9) : groups, draw(1...3))
      let padding = draw(0...(kernel - 1))
      let count = filters * shape[1] / groups * kernel * kernel
      let weights = name("w")
      builder.weight(
        "\(weights).q",
        .int8(
          Tensor(
            [filters, shape[1] / groups, kernel, kernel],
            (0..<count).map { _ in Int8(truncatingIfNeeded: Int(random.next(below: 255)) - 127) })))
      let isPerChannel = draw(0...1) == 1
      let scales = (0..<(isPerChannel ? filters : 1)).map { _ in Float(draw(1...30)) * 1e-3 }
      builder.weight("\(weights).s", .float32(Tensor(isPerChannel ? [filters] : [], scales)))
      builder.weight("\(weights).z", .int8(Tensor(isPerChannel ? [filters] : [], scales.map { _ in 0 })))
      builder.node(
        "DequantizeLinear", ["\(weights).q", "\(weights).s", "\(weights).z"], [weights], ["axis": .integer(0)])
      let stride = draw(1...2)
      let result = name("c")
      let pads = [Int64](repeating: Int64(padding), count: 4)
      builder.node(
        "Conv", [view(input), weights], [result],
        [
          "pads": .integers(pads), "strides": .integers([Int64(stride), Int64(stride)]),
          "group": .integer(Int64(groups)),
        ])
      let extents = [2, 3].map { (shape[$0] + 2 * padding - kernel) / stride + 1 }
      var value = result
      if draw(0...1) == 1 {
        value = name("r")
        builder.node("Relu", [result], [value])
      }
      keep(value, [shape[0], filters, extents[0], extents[1]])
    }

    mutating func pooling(_ input: Activation) {
      let shape = input.shape
      let result = name("p")
      if draw(0...4) == 0 {
        builder.node("GlobalAveragePool", [view(input)], [result])
        return keep(result, [shape[0], shape[1], 1, 1])
      }
      let (kernel, stride) = (draw(1...3), draw(1...2))
      builder.node(
        draw(0...1) == 0 ? "MaxPool" : "AveragePool", [view(input)], [result],
        [
          "kernel_shape": .integers([Int64(kernel), Int64(kernel)]),
          "strides": .integers([Int64(stride), Int64(stride)]),
        ])
      let extents = [2, 3].map { (shape[$0] - kernel) / stride + 1 }
      let stays = draw(0...1) == 0
      keep(
        result, [shape[0], shape[1], extents[0], extents[1]], scale: stays ? input.scale : nil,
        zero: stays ? input.zero : nil)
    }

    mutating func combine(_ input: Activation) {
      let partners = known.filter { $0.shape == input.shape }
      let partner = partners[draw(0...(partners.count - 1))]
      let result = name("k")
      if draw(0...1) == 0 {
        builder.node("Add", [view(input), view(partner)], [result])
        return keep(result, input.shape)
      }
      let axis = draw(1...3)
      let others = known.filter { other in (0..<4).allSatisfy { $0 == axis || other.shape[$0] == input.shape[$0] } }
      let parts = [input, others[draw(0...(others.count - 1))], input].prefix(draw(2...3))
      builder.node("Concat", parts.map { view($0) }, [result], ["axis": .integer(Int64(axis))])
      var shape = input.shape
      shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
      let stays = draw(0...2) > 0
      keep(result, shape, scale: stays ? input.scale : nil, zero: stays ? input.zero : nil)
    }

    mutating func move(_ input: Activation) {
      var order = [0, 1, 2, 3]
      for position in order.indices { order.swapAt(position, draw(position...3)) }
      let result = name("m")
      builder.node("Transpose", [view(input)], [result], ["perm": .integers(order.map(Int64.init))])
      keep(result, order.map { input.shape[$0] }, scale: input.scale, zero: input.zero)
    }

    mutating func look(_ input: Activation) {
      let result = name("f")
      builder.node(["Sigmoid", "Tanh", "LeakyRelu", "Relu"][draw(0...3)], [view(input)], [result])
      keep(result, input.shape, scale: 0.01, zero: -3)
    }

    mutating func step() {
      let input = known[draw(max(0, known.count - 3)...(known.count - 1))]
      switch draw(0...9) {
      case 0...3: if input.shape[2] >= 3, input.shape[3] >= 3 { convolution(input) } else { look(input) }
      case 4...5: if input.shape[2] >= 3, input.shape[3] >= 3 { pooling(input) } else { combine(input) }
      case 6...7: combine(input)
      case 8: move(input)
      default: look(input)
      }
    }
  }

  @Test("Convolutions, poolings, additions, concatenations, transpositions and tables", arguments: Dataflow.allCases)
  func systolic(dataflow: Dataflow) throws {
    try expectExactness(cases: 60) { draw, seed in
      var spec = smallMachine(
        dataflow, rows: draw.draw(2...9), columns: draw.draw(2...9), isDoubleBuffered: seed % 2 == 0,
        bytesPerCycle: [4, 64][draw.draw(0...1)])
      spec.vector = Self.vector(&draw)
      return spec
    }
  }

  @Test("The same on row-stationary machines of any array, spads and clocks")
  func rowStationary() throws {
    try expectExactness(cases: 60) { draw, _ in
      var spec = rowStationaryMachine(
        rows: draw.draw(3...9), columns: draw.draw(1...9), ifmapSpad: draw.draw(3...12), filterSpad: draw.draw(9...64),
        psumSpad: draw.draw(1...9), banks: draw.draw(3...25))
      spec.linkClock = ClockDomain(
        name: "link", period: ClockPeriod(hertz: [60_000_000, 333_000_000][draw.draw(0...1)]))
      spec.linkFIFODepth = [2, 16][draw.draw(0...1)]
      spec.vector = Self.vector(&draw)
      return spec
    }
  }

  private static func vector(_ draw: inout Draw) -> VectorPath.Spec {
    vectorSpec(lanes: [1, 5, 16][draw.draw(0...2)], bufferBytes: [512, 1 << 13][draw.draw(0...1)])
  }

  private func expectExactness<Spec: NetworkSpec>(
    cases: Int, _ machine: (inout Draw, _ seed: UInt64) -> Spec
  ) throws {
    var commands: Set<String> = []
    for seed in 0..<UInt64(cases) {
      var draw = try Draw(seed: seed)
      for _ in 0..<draw.draw(2...9) { draw.step() }
      draw.builder.output(draw.known[draw.known.count - 1].name)
      draw.builder.output(draw.known[draw.known.count / 2].name)
      let options = [Network.Options.tflm, .litert, .onnxruntime][Int(seed % 3)]
      let network = try Network(Graph(draw.builder.model), options: options)
      let run = try NetworkRun(network, on: machine(&draw, seed))
      let input = network.activations[network.inputs[0]]
      let bytes = (0..<input.shape.count).map { _ in UInt8(draw.random.next(below: 256)) }
      let result = try run.run(["x": AnyTensor(.int8, input.shape, littleEndianBytes: bytes)])
      for layer in result.layers {
        let what = network.layers[layer.index].operation.summary
        commands.insert(String(what.prefix { $0 != " " }))
        #expect(layer.difference == nil, "seed \(seed), layer \(layer.index), \(what)")
      }
      let outputs = try GoldenNetwork(network).run(["x": AnyTensor(.int8, input.shape, littleEndianBytes: bytes)])
        .outputs
      #expect(result.outputs == outputs, "seed \(seed)")
    }
    #expect(commands.isSuperset(of: ["int8", "maximum", "average", "concatenation", "transpose", "Sigmoid"]))
  }
}
