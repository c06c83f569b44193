public import Signals

extension MulticastNetwork: Observable {
  /// The bus, and the IDs of its controllers.
  public static let columns: [SignalColumn<MulticastNetwork>] = [
    SignalColumn("valid", "A tagged word is offered.", kind: .wire, .bit) { $1.take($0.offer.isValid) },
    SignalColumn("ready", "Every destination of the offered word is ready.", kind: .wire, .bit) {
      $1.take($0.offer.fires)
    },
    SignalColumn("fire", "The word leaves and reaches all destinations.", kind: .wire, .event) {
      $1.take($0.offer.fires)
    },
    SignalColumn("tag_row", "Row ID that the word carries.", kind: .wire, .unsigned(bits: 8)) { $1.take($0.offer.row) },
    SignalColumn("tag_column", "Column ID that the word carries.", kind: .wire, .unsigned(bits: 8)) {
      $1.take($0.offer.column)
    },
    SignalColumn("words", "Words of the flit.", kind: .wire, .unsigned(bits: 4)) { $1.take($0.offer.words) },
    SignalColumn("destinations", "PEs that match the tag.", kind: .wire, .unsigned(bits: 16)) {
      $1.take($0.offer.destinations)
    },
    SignalColumn(
      "row_id", "ID of the controller on the Y-bus; all ones matches nothing.", .unsigned(bits: 8),
      extent: { .list(prefix: "row", count: $0.rows) }
    ) { network, sampler in
      sampler.take(count: network.rows) { UInt64(bitPattern: Int64(network.rowIDs[$0])) & 0xFF }
    },
    SignalColumn(
      "column_id", "ID of the controller on the X-bus; all ones matches nothing.", .unsigned(bits: 8),
      extent: { .grid(prefix: "pe", rows: $0.rows, columns: $0.columns) }
    ) { network, sampler in
      sampler.take(count: network.columnIDs.count) { UInt64(bitPattern: Int64(network.columnIDs[$0])) & 0xFF }
    },
    SignalColumn(
      "pe_fire", "The PE takes the word on the bus.", kind: .wire, .bit,
      extent: { .grid(prefix: "pe", rows: $0.rows, columns: $0.columns) }
    ) { network, sampler in
      let takers = network.takers
      sampler.take(count: network.columnIDs.count) { takers[$0] ? 1 : 0 }
    },
    SignalColumn(
      name: { _ in "takers" }, "PEs of the row that take the word, a bit each, column 0 the lowest.", kind: .wire,
      format: { .mask(bits: min($0.columns, widestMask)) },
      extent: { .list(prefix: "row", count: $0.columns <= widestMask ? $0.rows : 0) }
    ) { network, sampler in
      let (columns, takers) = (network.columns, network.takers)
      sampler.take(count: columns <= widestMask ? network.rows : 0) { row in
        (0..<columns).reduce(0) { $0 | (takers[row * columns + $1] ? 1 << UInt64($1) : 0) }
      }
    },
  ]

  /// A signal has 64 bits at most.
  private static let widestMask = 64

  /// Which PEs take the word of this cycle.
  private var takers: [Bool] {
    var takers = [Bool](repeating: false, count: columnIDs.count)
    guard offer.fires else { return takers }
    for place in destinations(row: offer.row, column: offer.column) {
      let group = groups[place]
      for bit in 0..<64 where group.y >> UInt64(bit) & 1 != 0 { takers[Int(group.x) * 64 + bit] = true }
    }
    return takers
  }
}
