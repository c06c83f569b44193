/// Where sampled signals go: a waveform file, a flight recorder, a comparison.
public protocol SignalSink {
  /// Takes what changed at one instant; `changes` refer to the probe's selection, `texts` to their text values.
  mutating func record(at time: SimulationTime, changes: Span<SignalChange>, texts: [String]) throws
}

/// A compiled selection of a machine's signals, sampled once a cycle.
///
/// Observation is pull: the probe reads the machine between `evaluate` and `commit`; the machine does not know of it. What
/// nobody selected is not read.
public struct Probe {
  /// The selected signals, in the order in which changes number them.
  public let selection: [SignalHandle]
  /// What changed, until `sampler.removeAll()`.
  public var sampler = SignalSampler()

  private var reads: [(block: Int, column: Int, slot: Int)] = []

  /// A probe of the given signals. They are read column by column; the numbering follows `selection`.
  public init(catalog: SignalCatalog, selecting handles: [SignalHandle]) {
    var selection: [SignalHandle] = []
    var start = 0
    while start < handles.count {
      var end = start
      while end < handles.count, handles[end].block == handles[start].block,
        handles[end].column == handles[start].column
      {
        end += 1
      }
      let column = handles[start..<end]
      let extent = catalog.declaration(of: handles[start]).extent.count
      let elements = column.map(\.element)
      let slot = sampler.addColumn(
        firstSignal: UInt32(start), count: extent, elements: elements == Array(0..<extent) ? nil : elements)
      reads.append((handles[start].block, handles[start].column, slot))
      selection.append(contentsOf: column)
      start = end
    }
    self.selection = selection
  }

  /// Reads every selected column of the machine and collects what changed.
  @inlinable
  public mutating func sample(_ machine: borrowing some ObservableMachine) {
    for index in 0..<readCount { read(index, of: machine) }
  }

  @usableFromInline
  var readCount: Int { reads.count }

  @usableFromInline
  mutating func read(_ index: Int, of machine: borrowing some ObservableMachine) {
    let (block, column, slot) = reads[index]
    sampler.select(slot)
    machine.read(block: block, column: column, into: &sampler)
  }
}
