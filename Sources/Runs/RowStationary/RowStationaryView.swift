internal import Accelerators
internal import Compute
internal import Mappings
internal import Signals
internal import WaveFormats

/// What a viewer shows of a row-stationary machine when it opens a trace: the data path from the link to the coder.
///
/// The overview fits a window: control, utilisation, the port, the DRAM, the global buffer, the networks and one PE. The
/// details have all blocks; open are the filter and ifmap networks and the first chain of PEs from bottom to top: each ifmap
/// word reaches a diagonal of PEs at once, filter words come once and stay, psums climb the column.
struct RowStationaryView {
  private let signals: MachineRows
  private let rows, columns: Int
  /// Rows of the first chain of PEs.
  private let chainRows: Int
  /// Whether the vector unit has work: it has none in a layer that runs by itself.
  private let isNetwork: Bool

  init(_ machine: borrowing RowStationaryMachine) {
    signals = MachineRows(machine)
    (rows, columns) = (machine.spec.array.rows, machine.spec.array.columns)
    chainRows = min(rows, machine.program?.placement.chainRows ?? rows)
    isNetwork = machine.program == nil
  }

  /// Groups and rows.
  var view: WaveView {
    WaveView(
      items: overview, detail: detail,
      labelColours: MachineRows.labelColours.merging(
        [
          "configure": "gray30", "loadBias": "steel blue", "loadIfmap": "steel blue", "process": "dark green",
          "dump": "slate blue",
        ]
      ) { first, _ in first },
      openScopes: ["array"])
  }

  private var head: [WaveItem] {
    [
      .row(WaveRow(target: .clock(0))),
      .section(
        "Control",
        signals.rows(
          in: "control", [("layer", "layer"), ("phase", "phase"), ("pass_of_layer", "pass")])
          + signals.row("array.commonest_label", "most PEs")),
      signals.utilisation("array.macs", of: rows * columns),
    ]
  }

  private var overview: [WaveItem] {
    let element = [("fire", "word leaves"), ("element", "element")]
    return head
      + [
        signals.activePEs(rows: rows), signals.memoryPort, signals.dram,
        .section(
          "Global buffer",
          signals.row("glb.busy_banks", "busy banks", style: .analog, colour: .green, height: 2)),
        .section("Filter network", signals.rows(in: "gin_filter", element)),
        .section("Ifmap network", signals.rows(in: "gin_ifmap", element + [("destinations", "PEs reached")])),
        .section(
          "PE 0, 0",
          signals.rows(
            in: "array.\(pe(0, 0))",
            ["label"] + (isNetwork ? [] : ["ifmap_element", "filter_element", "psum_element", "psum"]))),
        .section("Output network", signals.rows(in: "gon", element)),
      ] + (isNetwork ? [signals.vectorUnit] : [])
  }

  private var detail: [WaveItem] {
    head + [
      signals.activePEs(rows: rows), link,
      signals.block("Off-chip memory", "memory"), signals.block("Decoder", "decoder"),
      signals.block("Banks of the global buffer", "glb"), signals.block("Banks for filters", "filter_buffer"),
      network("Filter network", "gin_filter", isOpen: true, ["fire", "tag_row", "words", "element"]),
      network("Ifmap network", "gin_ifmap", isOpen: true, ["fire", "tag_row", "tag_column", "element"]),
      diagonals,
      network("Psum network", "gin_psum", isOpen: false, ["fire", "tag_row", "tag_column", "words", "element"]),
      firstColumn,
      .group(
        "Output network", isOpen: true, signals.rows(in: "gon", ["fire", "chain", "line", "words", "element"])),
      .group("Coder", isOpen: false, signals.row("gon.coder_done") + signals.row("link.ofmap_fifo_words")),
    ] + (isNetwork ? vectorBlocks : []) + signals.peRows(rows: rows, columns: columns, first: Self.firstOfPE)
  }

  private var vectorBlocks: [WaveItem] {
    [
      signals.block("Vector unit", "vector"),
      signals.block("Transfers of the vector unit", "transfer_engine"),
    ]
  }

  /// What a PE does, then registers along its pipeline, each beside the element that it holds.
  private static let firstOfPE = [
    "label", "mac_fire", "stage1_operation", "ifmap", "ifmap_element", "weight", "filter_element", "psum_in",
    "stage2_operation", "product", "psum", "psum_element", "local_fire",
  ]

  private var link: WaveItem {
    .group(
      "Off-chip link", isOpen: false,
      [.row(WaveRow(target: .clock(1))), signals.memoryPort]
        + signals.rows(
          in: "link",
          [
            ("reads_in_flight", "reads in flight"), ("ifmap_fifo_words", "words to decoder"),
            ("filter_fifo_words", "words to filter banks"), ("ofmap_fifo_words", "words from coder"),
            ("scan_bits", "scan chain bits"),
          ]))
  }

  /// A multicast network: what stands on it; below, all of its signals, IDs and deliveries included.
  private func network(_ name: String, _ scope: String, isOpen: Bool, _ first: [String]) -> WaveItem {
    .group(
      name, isOpen: isOpen,
      signals.rows(in: scope, first)
        + [signals.block("\(name): handshake, IDs, PEs", scope, without: Set(first))])
  }

  /// PEs that the picture of diagonals has at least, where the array has so many.
  private static let picturedPEs = 9

  /// Deliveries of ifmap words to the first columns: PEs of one diagonal take a word in the same cycle.
  private var diagonals: WaveItem {
    let pictured = min(columns, max(1, Self.picturedPEs / chainRows))
    return .group(
      "A word of the ifmap, a diagonal of PEs", isOpen: true,
      (0..<pictured).flatMap { column in
        (0..<chainRows).reversed().flatMap { row in
          signals.row("gin_ifmap.\(pe(row, column)).pe_fire", "to PE \(row), \(column)", colour: .yellow)
        }
      })
  }

  /// The first column from the bottom up, as psums climb.
  private var firstColumn: WaveItem {
    let items = (0..<chainRows).reversed().flatMap { row in
      ["label", "filter_element", "psum_element", "local_fire"].flatMap {
        signals.row("array.\(pe(row, 0)).\($0)", "PE \(row), 0 \($0)")
      }
    }
    return .group("Column 0: filter rows stay, psums climb", isOpen: true, items)
  }

  /// The scope of a PE.
  private func pe(_ row: Int, _ column: Int) -> String {
    Extent.grid(prefix: "pe", rows: rows, columns: columns).scope(of: row * columns + column) ?? ""
  }
}
