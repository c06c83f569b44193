import Simulation
import Tensors
import Testing

@testable import Compute

@Suite("The vector unit, cycle by cycle")
struct VectorUnitTests {
  /// Two cycles' worth of work by hand: a maximum over two operand vectors, then one result.
  @Test("An operand vector is reduced a cycle after it was sent; its result leaves three cycles later")
  func latency() {
    var unit = VectorUnit(.init(lanes: 2, queueDepth: 2, parameterBytes: 0))
    unit.begin(.maximum(VectorRescaling()))
    var results = Link<VectorResult>(capacity: 2, filler: .empty)
    var seen: [Int: [UInt8]] = [:]
    for cycle in 0..<10 {
      if cycle < 2 {
        unit.arriving.values = cycle == 0 ? [3, -7] : [1, 9]
        unit.arriving.presence = [.operand, .operand]
        unit.arriving.count = 2
        unit.arriving.isFirst = cycle == 0
        unit.arriving.isLast = cycle == 1
        unit.send()
      }
      unit.evaluate(results: &results)
      if let result = results.front {
        seen[cycle] = (0..<result.count).map { result.bytes[$0] }
        results.receive()
      }
      unit.commit()
      results.commit()
    }
    // Sent in cycles 0 and 1, reduced at the end of 1 and 2, divided 3, scaled 4, sent in 5, seen in 6.
    #expect(seen == [6: [3, 9]])
    #expect(unit.counters.operandVectors == 2)
    #expect(unit.counters.operands == 4)
    #expect(unit.counters.results == 2)
    #expect(unit.isQuiescent)
  }

  @Test("Without room for results the stages stand still, and the stall is counted")
  func stall() {
    var unit = VectorUnit(.init(lanes: 1, queueDepth: 2, parameterBytes: 0))
    unit.begin(.move(VectorRescaling()))
    var results = Link<VectorResult>(capacity: 1, filler: .empty)
    var sent: Int32 = 0
    for _ in 0..<12 {
      if unit.canSend {
        unit.arriving.values[0] = sent
        (unit.arriving.count, unit.arriving.isFirst, unit.arriving.isLast) = (1, true, true)
        unit.send()
        sent += 1
      }
      unit.evaluate(results: &results)
      unit.commit()
      results.commit()
    }
    // One result on the link, one in each of three stages, two in the queue. The first stall is the cycle after the sixth
    // vector was queued: vectors are sent in cycles 0 to 5, result 0 leaves in cycle 4, from cycle 5 on nothing moves.
    #expect(sent == 6)
    #expect(unit.counters.operandVectors == 4)
    #expect(unit.counters.results == 1)
    #expect(unit.counters.stalledCycles == 7)
    #expect(results.front?.bytes[0] == 0)
    // The next result follows as soon as there is room again.
    results.receive()
    results.commit()
    unit.evaluate(results: &results)
    unit.commit()
    results.commit()
    #expect(results.front?.bytes[0] == 1)
  }

  @Test("Means round to nearest, ties away from zero; padding counts where it is told to")
  func means() {
    for (padding, expected) in [(nil, Int8(-3)), (Int32(-1), Int8(-2))] as [(Int32?, Int8)] {
      var unit = VectorUnit(.init(lanes: 1, queueDepth: 2, parameterBytes: 0))
      unit.begin(.mean(VectorRescaling(), padding: padding))
      // Operands -2 and -3: -2.5 rounds to -3. With a padding tap of -1 and a tap beyond it: -6 / 3 = -2.
      unit.reduceStage(vector(-2, .operand, isFirst: true))
      unit.reduceStage(vector(-3, .operand))
      unit.reduceStage(vector(99, .padding))
      unit.reduceStage(vector(99, .absent))
      unit.divideStage()
      #expect(unit.divided[0] == Int32(expected))
    }
  }

  private func vector(_ value: Int32, _ presence: VectorOperands.Presence, isFirst: Bool = false) -> VectorOperands {
    var vector = VectorOperands(lanes: 1)
    vector.values[0] = value
    vector.presence[0] = presence
    vector.count = 1
    vector.isFirst = isFirst
    return vector
  }

  @Test("Factors survive the parameter memory bit by bit", arguments: RequantisationScheme.allCases)
  func parameters(scheme: RequantisationScheme) throws {
    let requantisation = try #require(
      Requantisation(
        scheme: scheme, inputScale: 0.013, filterScales: [1e-6, 0.5, 33, 1], outputScale: 0.7, zeroPoint: 0,
        clamp: -128...127))
    var memory = VectorParameters(bytes: 32)
    for (address, byte) in VectorParameters.bytes(of: requantisation, channels: 4).enumerated() {
      memory.write(byte, at: address)
    }
    for channel in 0..<4 {
      for value: Int32 in [0, 1, -1, 12345, -98765, .max, .min] {
        #expect(
          memory.factor(of: channel, scheme).scaled(value, scheme)
            == requantisation.factor(of: channel).scaled(value, scheme))
      }
    }
  }
}
