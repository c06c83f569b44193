public import Signals
public import Simulation

/// What a signal became, and when.
public struct RecordedChange: Equatable, Sendable, CustomStringConvertible {
  /// The instant at which it was sampled.
  public let time: SimulationTime
  /// Canonical name.
  public let signal: String
  /// The low bits of the value.
  public let value: UInt64

  /// The change as a failure prints it.
  public var description: String { "\(signal) = \(value) at \(time.femtoseconds) fs" }
}

/// Records every change of a machine's signals, so that two runs can be compared in every cycle.
///
/// Idle cycles change no register and no wire: a run that skips them records the same changes at the same times.
public struct SignalRecorder: CycleObserver {
  /// Every change, in order of time and of signals.
  public private(set) var changes: [RecordedChange] = []
  /// Instants observed.
  public private(set) var instants = 0

  private let names: [String]
  private var stopsAfter: Int
  private var probe: Probe

  /// Records the signals that match the patterns (all, if there are none); stops the run after so many instants.
  public init(_ machine: borrowing some ObservableMachine, _ patterns: [String] = [], stopsAfter: Int = .max) {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: catalog.handles(matching: patterns))
    names = probe.selection.map { catalog.name(of: $0) }
    self.stopsAfter = stopsAfter
  }

  /// Stops the run no more.
  public mutating func goesOn() { stopsAfter = .max }

  /// Samples the machine.
  public mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    probe.sample(&machine, domains: instant.edges.rawValue)
    for change in probe.sampler.changes {
      changes.append(RecordedChange(time: instant.time, signal: names[Int(change.signal)], value: change.value))
    }
    probe.sampler.removeAll()
    instants += 1
    return instants < stopsAfter
  }
}

/// The first difference between two recordings; nil if there is none.
public func firstDifference(_ one: [RecordedChange], _ other: [RecordedChange]) -> String? {
  for (left, right) in zip(one, other) where left != right { return "\(left), but \(right)" }
  if one.count == other.count { return nil }
  let rest = one.count > other.count ? one[other.count] : other[one.count]
  return "\(one.count) changes against \(other.count): \(rest)"
}
