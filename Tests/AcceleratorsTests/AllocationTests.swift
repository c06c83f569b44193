import Accelerators
import Foundation
import Mappings
import Simulation
import Testing

/// Counts the objects that one thread allocates, by the hook that the Swift runtime keeps for instruments.
///
/// Every array and every class instance comes from there. Other threads allocate as they like.
private enum AllocationCounter {
  typealias Allocate = @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

  nonisolated(unsafe) static var original: Allocate?
  nonisolated(unsafe) static var watchedThread: pthread_t?
  nonisolated(unsafe) static var count = 0

  /// Objects that `body` allocates; nil if the runtime has no such hook.
  static func count(_ body: () -> Void) -> Int? {
    guard let symbol = unsafe dlsym(nil, "_swift_allocObject") else { return nil }
    let hook = unsafe symbol.assumingMemoryBound(to: Allocate.self)
    unsafe original = hook.pointee
    unsafe watchedThread = pthread_self()
    unsafe count = 0
    unsafe hook.pointee = { type, size, alignment in
      if unsafe pthread_equal(pthread_self(), watchedThread!) != 0 { unsafe count += 1 }
      return unsafe original!(type, size, alignment)
    }
    body()
    unsafe hook.pointee = original!
    return unsafe count
  }
}

@Suite("In its steady state a machine allocates nothing")
struct AllocationTests {
  @Test("The counter counts")
  func counter() throws {
    var arrays: [[Int]] = []
    arrays.reserveCapacity(100)
    let count = try #require(
      AllocationCounter.count { for length in 1...100 { arrays.append([Int](repeating: 0, count: length)) } },
      "the runtime has no allocation hook")
    #expect(count == 100)
    // The dataflows one after the other: there is one hook.
    for dataflow in Dataflow.allCases { try steadyState(dataflow) }
  }

  private func steadyState(_ dataflow: Dataflow) throws {
    for isDoubleBuffered in [false, true] {
      var simulator = try LargeArrayTests.run(dataflow, isDoubleBuffered: isDoubleBuffered).simulator
      _ = simulator.run(cycleLimit: 20_000)
      let evaluated = simulator.evaluatedEdges
      let count = try #require(AllocationCounter.count { _ = simulator.run(cycleLimit: 40_000) })
      print("ALLOC", dataflow, isDoubleBuffered, count, simulator.evaluatedEdges - evaluated)
      #expect(count == 0, "\(dataflow): \(count) objects in \(simulator.evaluatedEdges - evaluated) cycles")
    }
  }
}
