internal import Signals
internal import Simulation
internal import WaveFormats

/// Markers where folds begin to stream: as many as a viewer has letters.
struct FoldMarkers {
  /// Markers of GTKWave: A to Z.
  private static let most = 26

  private(set) var markers: [WaveMarker] = []
  private var probe: Probe
  private var last = -1

  /// Markers for a machine that has the signal `control.fold`.
  init(_ machine: borrowing some ObservableMachine) {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: catalog.handles(matching: ["control.fold"]))
  }

  /// Looks at one instant.
  mutating func observe(_ machine: borrowing some ObservableMachine, at instant: Instant) {
    guard markers.count < Self.most else { return }
    probe.sample(machine)
    for change in probe.sampler.changes {
      let fold = Int(Int32(truncatingIfNeeded: change.value))
      if fold >= 0, fold != last, markers.count < Self.most {
        markers.append(WaveMarker(time: instant.time, name: "fold \(fold)"))
      }
      last = fold
    }
    probe.sampler.removeAll()
  }
}
