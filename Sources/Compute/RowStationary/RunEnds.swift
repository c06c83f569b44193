/// At which edges to come the runs of PEs end: a ring of lines, one an edge, with a bit a PE.
///
/// A run is as long as a PE has filters at most, so a line comes round again long after it was read.
struct RunEnds: Sendable, Codable, Equatable {
  /// Lines: a power of two, above the 255 filters of a PE.
  static let edges = 256

  var members: [UInt64]

  init(peCount: Int) {
    members = [UInt64](repeating: 0, count: Self.edges * PESets.groups(of: peCount))
  }
}

/// The lines of `RunEnds` in a kernel.
extension MutableSpan<UInt64> {
  @inline(__always)
  private func index(_ edge: Int, _ group: Int, _ layer: LayerConstants) -> Int {
    (edge & (RunEnds.edges &- 1)) &* layer.groups &+ group
  }

  /// The PEs of a group whose run ends at an edge; they are forgotten.
  @inline(__always)
  mutating func take(_ edge: Int, _ group: Int, _ layer: LayerConstants) -> UInt64 {
    let index = index(edge, group, layer)
    defer { self[index] = 0 }
    return self[index]
  }

  /// Notes when the run of a PE ends that begins with the next edge.
  @inline(__always)
  mutating func insert(_ pe: borrowing RowStationaryPE, _ number: Int, _ layer: LayerConstants) {
    self[index(pe.pipeline.lastEdge, number / PESets.size, layer)] |= UInt64(member: number)
  }

  /// Forgets it; the PE was clocked up to now.
  @inline(__always)
  mutating func remove(_ pe: borrowing RowStationaryPE, _ number: Int, _ layer: LayerConstants) {
    self[index(pe.pipeline.lastEdge, number / PESets.size, layer)] &= ~UInt64(member: number)
  }
}
