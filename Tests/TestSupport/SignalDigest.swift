public import Signals
public import Simulation

/// Folds every change of every signal into one number, so that long runs of large machines can be compared.
public struct SignalDigest: CycleObserver {
  /// FNV-1a over time, signal and value of every change; texts by their keys.
  public private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  /// Changes so far.
  public private(set) var changes = 0

  private var probe: Probe

  /// Digests the signals that match the patterns; all of them, if there are none.
  public init(_ machine: borrowing some ObservableMachine, _ patterns: [String] = []) {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: catalog.handles(matching: patterns))
  }

  /// Samples the machine.
  public mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    probe.sample(&machine, domains: instant.edges.rawValue)
    for change in probe.sampler.changes {
      for word in [instant.time.femtoseconds, UInt64(change.signal), change.value] {
        digest = (digest ^ word) &* 0x100_0000_01B3
      }
    }
    changes += probe.sampler.changes.count
    probe.sampler.removeAll()
    return true
  }
}
