public import Signals

/// A run that stands at a cycle and goes on from there: of a machine that has its work, or of a whole network.
///
/// It is a value: a copy is a snapshot, and two copies go on alike. A step forwards is a limit one cycle on; a step backwards is
/// an earlier snapshot and the steps from there. What was saved goes on as if it had never stopped.
public protocol ResumableRun {
  /// The machine that runs.
  associatedtype Model: Machine & ObservableMachine
  /// All that time changes: what a saved run holds.
  associatedtype State: Codable

  /// The machine in time.
  var simulator: Simulator<Model> { get }
  /// All that time has changed.
  var state: State { get }

  /// Goes back, or on, to a state of this run; throws `CheckpointError` if it is none.
  mutating func restore(_ state: State) throws

  /// Goes on to the end, or to an edge of domain 0, on or behind which nothing is evaluated.
  mutating func run(cycleLimit: Int) throws -> RunEnd
  /// The same with an observer that sees every evaluated instant.
  mutating func run(cycleLimit: Int, observing observer: inout some CycleObserver) throws -> RunEnd
}

extension ResumableRun {
  /// The cycle of domain 0 at which it stands.
  public var cycle: Int { simulator.completedCycles(of: 0) }

  /// The run as a file, which goes on only where the same facts hold. Not to be called from within an observer.
  public func checkpoint(facts: [RunFact]) throws -> [UInt8] {
    try Checkpoint.file(of: "\(Self.self)", facts: facts, state: state)
  }

  /// Goes on from a file; throws `CheckpointError` where it is none, or damaged, and `RunMismatch` where facts differ.
  public mutating func resume(_ checkpoint: [UInt8], facts: [RunFact]) throws {
    try restore(Checkpoint.state(from: checkpoint, of: "\(Self.self)", facts: facts))
  }
}

extension Simulator: ResumableRun where Model: ObservableMachine & Codable {
  /// The machine in time.
  public var simulator: Simulator<Model> { self }
  /// All of it.
  public var state: Simulator<Model> { self }
  /// Becomes another state of the same machine.
  public mutating func restore(_ state: Simulator<Model>) { self = state }
}
