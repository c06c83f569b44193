import Compute
import Mappings
import Memory
import Simulation
import Tensors
import Testing

@testable import Accelerators
@testable import Workloads

@Suite("Layers that the vector unit executes alone")
struct VectorLayerTests {
  /// A machine and random tensors in its memory.
  private struct Bench {
    var random: SplitMix64
    var spec: SystolicSpec
    var operands: [[UInt8]] = []

    static let addresses = [192, 1 << 20, 2 << 20]
    static let output = (3 << 20) + 5

    init(seed: UInt64) {
      random = SplitMix64(seed: seed)
      spec = smallMachine(.weightStationary, rows: 4, columns: 4)
      spec.vector = vectorSpec(
        lanes: [1, 3, 16, 64][draw(0...3)], queueDepth: draw(2...4),
        bufferBytes: [64, 130, 1 << 10, 1 << 13][draw(0...3)])
      let (latency, bandwidth) = (draw(1...40), [1, 16, 64][draw(0...2)])
      spec.memory.ideal?.latencyCycles = latency
      spec.memory.ideal?.bytesPerCycle = bandwidth
    }

    mutating func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next(below: UInt64(range.count)))
    }

    mutating func operand(_ bytes: Int) -> [UInt8] {
      operands.append((0..<bytes).map { _ in UInt8(random.next(below: 256)) })
      return operands[operands.count - 1]
    }

    func values(_ bytes: [UInt8], _ isSigned: Bool) -> [Int32] {
      bytes.map { isSigned ? Int32(Int8(bitPattern: $0)) : Int32($0) }
    }

    /// Runs a layer made by `plan`; nil where it does not fit the buffer.
    func run(
      bytes: Int, _ plan: (VectorLayerPlanner) throws(ScheduleError) -> PlacedVectorLayer
    ) throws -> (results: [UInt8], machine: SystolicMachine)? {
      guard let layer = try? plan(VectorLayerPlanner(name: "layer", spec: spec)) else { return nil }
      var machine = SystolicMachine(spec)
      for (address, operand) in zip(Self.addresses, operands) { machine.memory.contents.place(operand, at: address) }
      machine.begin(layer)
      var simulator = Simulator(machine)
      try #require(simulator.run(cycleLimit: 10_000_000) == .finished)
      var ticked = Simulator(machine)
      ticked.skipsIdleCycles = false
      ticked.stepOrder.reverse()
      _ = ticked.run(cycleLimit: 10_000_000)
      #expect(ticked.machine.counters == simulator.machine.counters)
      #expect(ticked.machine.vector.unit.counters == simulator.machine.vector.unit.counters)
      #expect(simulator.machine.vector.unit.counters.results == bytes)
      #expect(simulator.machine.counters.labels[.idle] == simulator.machine.counters.cycles * spec.peCount)
      return (simulator.machine.memory.contents.bytes(Self.output..<Self.output + bytes), simulator.machine)
    }
  }

  private func quantisation(_ bench: inout Bench) -> Quantisation {
    Quantisation(scale: Float(bench.draw(1...500)) * 1e-3, zeroPoint: Int32(bench.draw(-128...127)))
  }

  @Test("Additions of both schemes, int8 and uint8")
  func additions() throws {
    var ran = 0
    for seed in 0..<120 {
      var bench = Bench(seed: UInt64(seed))
      let isSigned = seed % 2 == 0
      let scheme: RequantisationScheme = seed % 3 == 0 ? .float : .doubleRounding
      let addition = try #require(
        QuantisedAddition(
          scheme: scheme, left: quantisation(&bench), right: quantisation(&bench), output: quantisation(&bench),
          clamp: isSigned ? -100...127 : 3...250))
      let count = bench.draw(1...900)
      let (left, right) = (bench.operand(count), bench.operand(count))
      let expected = zip(bench.values(left, isSigned), bench.values(right, isSigned)).map {
        UInt8(truncatingIfNeeded: addition.apply($0, $1))
      }
      let run = try bench.run(bytes: count) { planner throws(ScheduleError) in
        try planner.elementwise(
          .addition(addition), bytes: count, isSigned: isSigned, inputs: Array(Bench.addresses[0..<2]),
          output: Bench.output)
      }
      guard let run else { continue }
      ran += 1
      #expect(run.results == expected)
      #expect(run.machine.vector.unit.counters.operands == 2 * count)
    }
    #expect(ran == 120)
  }

  @Test("Tables of 256 results")
  func tables() throws {
    for seed in 0..<30 {
      var bench = Bench(seed: UInt64(seed))
      let count = bench.draw(1...700)
      let operand = bench.operand(count)
      let table = bench.operand(256)
      let run = try #require(
        try bench.run(bytes: count) { planner throws(ScheduleError) in
          try planner.elementwise(
            .table, bytes: count, isSigned: seed % 2 == 0, inputs: [Bench.addresses[0]], output: Bench.output,
            parameters: Transfer(memoryAddress: Bench.addresses[1], runBytes: 256, bufferAddress: 0, tile: 0))
        })
      #expect(run.results == operand.map { table[Int($0)] })
    }
  }

  @Test("Maximum and average pooling: strides, dilations, padding counted or not, rescaled or not")
  func poolings() throws {
    var ran = 0
    for seed in 0..<400 {
      var bench = Bench(seed: UInt64(seed))
      func axis(_ bench: inout Bench) -> SpatialAxis? {
        let (input, kernel) = (bench.draw(1...12), bench.draw(1...4))
        let (stride, dilation) = (bench.draw(1...3), bench.draw(1...2))
        let extent = (kernel - 1) * dilation + 1
        let (before, after) = (bench.draw(0...extent - 1), bench.draw(0...extent - 1))
        guard input + before + after >= extent else { return nil }
        // The last window may start a stride beyond what the padded input covers, as with ceil_mode.
        let output = (input + before + after - extent) / stride + 1 + bench.draw(0...1)
        guard (output - 1) * stride < input + before else { return nil }
        return SpatialAxis(
          input: input, kernel: kernel, stride: stride, dilation: dilation, before: before, after: after, output: output
        )
      }
      guard let rows = axis(&bench), let columns = axis(&bench) else { continue }
      let isSigned = seed % 2 == 0
      let layer = PoolingLayer(
        name: "pool", kind: seed % 4 < 2 ? .maximum : .average, batch: bench.draw(1...2), channels: bench.draw(1...5),
        rows: rows, columns: columns, countsPadding: seed % 8 < 4)
      let rescale = Requantisation(
        scheme: RequantisationScheme.allCases[seed % 3], inputScale: 0.5, filterScales: [1], outputScale: 0.37,
        zeroPoint: 3, clamp: isSigned ? -128...127 : 0...255)
      let pooling = PoolingOperation(
        layer: layer, inputZeroPoint: Int32(bench.draw(-9...9)), rescale: seed % 5 == 0 ? rescale : nil,
        clamp: seed % 7 == 0 ? -5...100 : nil)
      let operand = bench.operand(layer.ifmapShape.count)
      let expected = pooling.apply(bench.values(operand, isSigned)).map { UInt8(truncatingIfNeeded: $0) }
      let run = try bench.run(bytes: layer.ofmapShape.count) { planner throws(ScheduleError) in
        try planner.pooling(pooling, isSigned: isSigned, input: Bench.addresses[0], output: Bench.output)
      }
      guard let run else { continue }
      ran += 1
      #expect(run.results == expected, "\(layer)")
    }
    #expect(ran > 150)
  }

  @Test("Transpositions of any rank and element width")
  func transpositions() throws {
    var ran = 0
    for seed in 0..<200 {
      var bench = Bench(seed: UInt64(seed))
      let rank = bench.draw(1...5)
      let shape = Shape((0..<rank).map { _ in bench.draw(1...6) })
      var order = Array(0..<rank)
      for position in order.indices { order.swapAt(position, bench.draw(position...rank - 1)) }
      let width = [1, 1, 2, 4][bench.draw(0...3)]
      let transposition = Transposition(shape, order: order, elementBytes: width)
      let count = shape.count * width
      let operand = bench.operand(count)
      var indices = [0]
      for axis in order {
        indices = indices.flatMap { base in (0..<shape[axis]).map { base + $0 * shape.strides[axis] } }
      }
      let expected = indices.flatMap { index in operand[index * width..<(index + 1) * width] }
      if transposition.isIdentity {
        #expect(expected == operand)
        continue
      }
      let run = try #require(
        try bench.run(bytes: count) { planner throws(ScheduleError) in
          try planner.transposition(transposition, input: Bench.addresses[0], output: Bench.output)
        })
      ran += 1
      #expect(run.results == expected, "\(shape) \(order) x \(width)")
    }
    #expect(ran > 100)
  }

  @Test("Rows of a concatenation, rescaled or moved as they are")
  func concatenations() throws {
    for seed in 0..<60 {
      var bench = Bench(seed: UInt64(seed))
      let (count, rowBytes, gap) = (bench.draw(1...9), bench.draw(1...200), bench.draw(0...70))
      let pitch = rowBytes + gap
      let rescaling = VectorRescaling(
        inputZeroPoint: 7,
        requantisation: seed % 2 == 0
          ? nil
          : Requantisation(
            inputScale: 0.3, filterScales: [1], outputScale: 0.2, zeroPoint: -11, clamp: -128...127))
      let operand = bench.operand(count * rowBytes)
      var machine = SystolicMachine(bench.spec)
      machine.memory.contents.place(operand, at: Bench.addresses[0])
      machine.begin(
        try VectorLayerPlanner(name: "concat", spec: bench.spec).rows(
          .move(rescaling), count: count, rowBytes: rowBytes, isSigned: true, input: Bench.addresses[0],
          output: Bench.output, outputPitch: pitch))
      var simulator = Simulator(machine)
      try #require(simulator.run(cycleLimit: 10_000_000) == .finished)
      for row in 0..<count {
        let first = Bench.output + row * pitch
        let expected = bench.values(Array(operand[row * rowBytes..<(row + 1) * rowBytes]), true).map { value in
          UInt8(truncatingIfNeeded: rescaling.requantisation?.apply(value - 7, channel: 0) ?? value)
        }
        let contents = simulator.machine.memory.contents
        #expect(contents.bytes(first..<first + rowBytes) == expected)
        #expect(contents.bytes(first + rowBytes..<first + pitch).allSatisfy { $0 == 0 })
      }
    }
  }

  @Test("A pooled row that does not fit the buffer is named")
  func bufferTooSmall() throws {
    var bench = Bench(seed: 1)
    bench.spec.vector = vectorSpec(lanes: 4, bufferBytes: 64)
    let axis = SpatialAxis(input: 40, kernel: 40, stride: 40, dilation: 1, before: 0, after: 0, output: 1)
    let layer = PoolingLayer(
      name: "pool", kind: .average, batch: 1, channels: 1, rows: axis, columns: axis, countsPadding: false)
    #expect(
      throws: ScheduleError(
        layer: "pool", key: "machine.vector.buffer_bytes", what: "the windows of one ofmap row", neededBytes: 1600,
        availableBytes: 32, leastLegalBytes: 3200)
    ) {
      try VectorLayerPlanner(name: "pool", spec: bench.spec).pooling(
        PoolingOperation(layer: layer, inputZeroPoint: 0, rescale: nil, clamp: nil), isSigned: true, input: 0, output: 0
      )
    }
  }
}
