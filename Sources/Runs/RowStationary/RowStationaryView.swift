internal import Accelerators
internal import Compute
internal import Mappings
internal import Signals
internal import WaveFormats

/// What a viewer shows of a row-stationary machine when it opens a trace: the data path from the link to the coder.
///
/// Open are control, utilisation, the filter and ifmap networks, and the first chain of PEs from bottom to top: each ifmap
/// word reaches a diagonal of PEs at once, filter words come once and stay, psums climb the column.
struct RowStationaryView {
  private let signals: MachineRows
  private let rows, columns: Int
  /// Rows of the first chain of PEs.
  private let chainRows: Int

  init(_ machine: borrowing RowStationaryMachine) {
    signals = MachineRows(machine)
    (rows, columns) = (machine.spec.array.rows, machine.spec.array.columns)
    chainRows = min(rows, machine.program?.placement.chainRows ?? rows)
  }

  /// Groups and rows.
  var view: WaveView {
    WaveView(
      items: [
        .row(WaveRow(target: .clock(0))),
        signals.group(
          "Control", isOpen: true, ["layer", "phase", "tile", "channel_step", "pass_of_layer"].map { "control.\($0)" }),
        signals.utilisation("array.macs", of: rows * columns), activePEs, link,
        signals.block("Off-chip memory", "memory"), signals.block("Decoder", "decoder"),
        signals.block("Banks of the global buffer", "glb"), signals.block("Banks for filters", "filter_buffer"),
        network("Filter network", "gin_filter", isOpen: true, ["fire", "tag_row", "words", "element"]),
        network("Ifmap network", "gin_ifmap", isOpen: true, ["fire", "tag_row", "tag_column", "element"]),
        diagonals,
        network("Psum network", "gin_psum", isOpen: false, ["fire", "tag_row", "tag_column", "words", "element"]),
        firstColumn,
      ] + signals.peRows(rows: rows, columns: columns, first: Self.firstOfPE)
        + [
          signals.group(
            "Output network", isOpen: true, ["fire", "chain", "line", "words", "element"].map { "gon.\($0)" }),
          signals.group("Coder", isOpen: false, ["gon.coder_done", "link.ofmap_fifo_words"]),
        ],
      labelColours: MachineRows.labelColours.merging(
        [
          "configure": "gray30", "loadBias": "steel blue", "loadIfmap": "steel blue", "process": "dark green",
          "dump": "slate blue",
        ]
      ) { first, _ in first },
      openScopes: ["array"])
  }

  /// What a PE does, then registers along its pipeline, each beside the element that it holds.
  private static let firstOfPE = [
    "label", "mac_fire", "stage1_operation", "ifmap", "ifmap_element", "weight", "filter_element", "psum_in",
    "stage2_operation", "product", "psum", "psum_element", "local_fire",
  ]

  private var activePEs: WaveItem {
    .group(
      "Active PEs by row", isOpen: false,
      (0..<rows).compactMap { row in
        let scope = Extent.list(prefix: "row", count: rows).scope(of: row) ?? ""
        return signals["array.\(scope).active"].map {
          .row(WaveRow($0, label: "row \(row)", style: .analog, colour: .green, height: 2))
        }
      })
  }

  private var link: WaveItem {
    .group(
      "Off-chip link", isOpen: false,
      [.row(WaveRow(target: .clock(1)))]
        + [
          ("request taken", "memory_port.request.receive"), ("request writes", "memory_port.request.write"),
          ("request address", "memory_port.request.address"), ("reads in flight", "link.reads_in_flight"),
          ("words to decoder", "link.ifmap_fifo_words"), ("words to filter banks", "link.filter_fifo_words"),
          ("words from coder", "link.ofmap_fifo_words"), ("scan chain bits", "link.scan_bits"),
        ].compactMap { label, name in signals[name].map { .row(WaveRow($0, label: label)) } })
  }

  /// A multicast network: what stands on it; below, all of its signals, IDs and deliveries included.
  private func network(_ name: String, _ scope: String, isOpen: Bool, _ first: [String]) -> WaveItem {
    .group(
      name, isOpen: isOpen,
      signals.rows(first.map { "\(scope).\($0)" })
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
        (0..<chainRows).reversed().compactMap { row in
          signals["gin_ifmap.\(pe(row, column)).pe_fire"].map {
            .row(WaveRow($0, label: "to PE \(row), \(column)", colour: .yellow))
          }
        }
      })
  }

  /// The first column from the bottom up, as psums climb.
  private var firstColumn: WaveItem {
    let items = (0..<chainRows).reversed().flatMap { row in
      ["label", "filter_element", "psum_element", "local_fire"].compactMap { name -> WaveItem? in
        signals["array.\(pe(row, 0)).\(name)"].map { .row(WaveRow($0, label: "PE \(row), 0 \(name)")) }
      }
    }
    return .group("Column 0: filter rows stay, psums climb", isOpen: true, items)
  }

  /// The scope of a PE.
  private func pe(_ row: Int, _ column: Int) -> String {
    Extent.grid(prefix: "pe", rows: rows, columns: columns).scope(of: row * columns + column) ?? ""
  }
}
