import Compute
public import Signals

extension RowStationaryMachine {
  /// Links at both their ends: the memory port, the buses between the buffers and the PEs, and those from PE to PE.
  public var aliases: [SignalAlias] { LinkEnd.aliases(of: Self.links + [localNetwork], in: blocks) }

  private static let links =
    [
      LinkEnd("memory_port.request", at: "link.request"), LinkEnd("memory_port.request", at: "memory.request"),
      LinkEnd("memory_port.response", at: "link.response"), LinkEnd("memory_port.response", at: "memory.response"),
      LinkEnd("fire", of: "gon", at: "glb", as: "ofmap_fire"), LinkEnd("element", of: "gon", at: "glb", as: "ofmap"),
      LinkEnd("vector.results", at: "vector.unit.results"), LinkEnd("vector.results", at: "vector.packer.results"),
      LinkEnd("vector.stores", at: "vector.packer.stores"), LinkEnd("vector.stores", at: "transfer_engine.stores"),
    ]
    + [("ifmap", "glb"), ("filter", "filter_buffer"), ("psum", "glb")].flatMap { operand, buffer in
      [
        LinkEnd("fire", of: "gin_\(operand)", at: buffer, as: "\(operand)_fire"),
        LinkEnd("element", of: "gin_\(operand)", at: buffer, as: "\(operand)_word"),
        LinkEnd("pe_fire", of: "gin_\(operand)", at: "array", as: "\(operand)_fire"),
      ]
    }

  /// A flit that a PE sends arrives at the one above.
  private var localNetwork: LinkEnd {
    let columns = spec.array.columns
    return LinkEnd(
      "local_fire", of: "array", at: "array", as: "local_arrival",
      in: .grid(prefix: "pe", rows: spec.array.rows, columns: columns)
    ) { $0 < columns ? nil : $0 - columns }
  }
}
