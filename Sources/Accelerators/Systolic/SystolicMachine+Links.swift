import Compute
public import Signals

extension SystolicMachine {
  /// Links at both their ends: those of the memory port and the vector unit, and the wires between PEs, edges and feet.
  public var aliases: [SignalAlias] { LinkEnd.aliases(of: Self.portLinks + arrayLinks, in: blocks) }

  private static let portLinks = [
    LinkEnd("memory_port.request", at: "transfer_engine.request"), LinkEnd("memory_port.request", at: "memory.request"),
    LinkEnd("memory_port.response", at: "transfer_engine.response"),
    LinkEnd("memory_port.response", at: "memory.response"), LinkEnd("vector.results", at: "vector.unit.results"),
    LinkEnd("vector.results", at: "vector.packer.results"), LinkEnd("vector.stores", at: "vector.packer.stores"),
    LinkEnd("vector.stores", at: "transfer_engine.stores"),
  ]

  /// Operands enter from the west and the north; psums leave for the PE below, or at the foot of the column.
  private var arrayLinks: [LinkEnd] {
    let (rows, columns) = (spec.rows, spec.columns)
    let pes = Extent.grid(prefix: "pe", rows: rows, columns: columns)
    let feet = Extent.list(prefix: "column", count: columns)
    let moving = stationaryArray?.movingOperand ?? "ifmap"
    let other = stationaryArray?.stationaryOperand ?? "filter"
    func link(_ signal: String, as name: String, to neighbour: @escaping @Sendable (Int) -> Int?) -> LinkEnd {
      LinkEnd(signal, of: "array", at: "array", as: name, in: pes, neighbour: neighbour)
    }
    let below: @Sendable (Int) -> Int? = { $0 + columns < rows * columns ? $0 + columns : nil }
    let edges = [
      LinkEnd("edge", of: "west", at: "array", as: "\(moving)_in", in: pes) { $0 * columns },
      LinkEnd("edge", of: "north", at: "array", as: "\(other)_in", in: pes) { $0 },
      link(moving, as: "\(moving)_in") { ($0 + 1) % columns == 0 ? nil : $0 + 1 },
    ]
    if stationaryArray == nil { return edges + [link(other, as: "\(other)_in", to: below)] }
    return edges + [
      link("psum", as: "psum_in", to: below),
      LinkEnd("psum", of: "array", at: "accumulator", as: "psum_in", in: feet) {
        $0 / columns == rows - 1 ? $0 % columns : nil
      },
    ]
  }
}
