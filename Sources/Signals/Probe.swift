/// A compiled selection of a machine's signals, sampled once a cycle.
///
/// Observation is pull: the probe reads the machine between `evaluate` and `commit`; the machine does not know of it. What
/// nobody selected is not read.
public struct Probe {
  /// The selected signals, in the order in which changes number them.
  public let selection: [SignalHandle]
  /// What changed, until `sampler.removeAll()`, or until somebody takes its batch.
  public var sampler = SignalSampler()

  @usableFromInline var reads: [Read] = []

  /// A column that is sampled.
  @usableFromInline
  struct Read {
    @usableFromInline let block: Int
    @usableFromInline let column: Int
    /// The sampler's number for it.
    @usableFromInline let slot: Int
    /// The clock domain of its block, as a bit.
    @usableFromInline let domain: UInt8
  }

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
      let declaration = catalog.declaration(of: handles[start])
      let extent = declaration.extent.count
      let elements = column.map(\.element)
      let slot = sampler.addColumn(
        firstSignal: UInt32(start), count: extent, elements: elements == Array(0..<extent) ? nil : elements,
        recurs: declaration.format == .event)
      let domain = UInt8(1) << UInt8(catalog.blocks[handles[start].block].clockDomain)
      reads.append(Read(block: handles[start].block, column: handles[start].column, slot: slot, domain: domain))
      selection.append(contentsOf: column)
      start = end
    }
    self.selection = selection
  }

  /// Reads the selected columns of the machine and collects what changed.
  ///
  /// `domains` has a bit for each clock domain with an edge at this instant: the cycle of a domain begins at its own edge, so
  /// its signals are read there and nowhere else. A block's wires mean something only at an edge of its own. The machine is
  /// `inout` as it is for `read`, which changes nothing.
  @inlinable
  public mutating func sample(_ machine: inout some ObservableMachine, domains: UInt8 = .max) {
    for index in reads.indices where domains & reads[index].domain != 0 {
      sampler.select(reads[index].slot)
      machine.read(block: reads[index].block, column: reads[index].column, into: &sampler)
    }
  }
}
