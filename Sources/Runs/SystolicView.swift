internal import Accelerators
internal import Mappings
internal import Signals
internal import WaveFormats

/// What a viewer shows of a systolic machine when it opens a trace: the data path from top to bottom.
///
/// About 28 rows fit a window, so control, utilisation, the memory port and one PE are open and all else is a click away.
struct SystolicView {
  private let signals: MachineRows
  private let spec: SystolicSpec

  init(_ machine: borrowing SystolicMachine) {
    signals = MachineRows(machine)
    spec = machine.spec
  }

  /// Groups and rows.
  var view: WaveView {
    WaveView(
      items: [
        .row(WaveRow(target: .clock(0))),
        signals.group(
          "Control", isOpen: true,
          ["layer", "phase", "hold", "fold", "vector", "load_row", "enable"].map { "control.\($0)" }),
        signals.group(
          "Loop indices", isOpen: false,
          ["group", "first_position", "first_product", "first_filter"].map { "control.\($0)" }),
        signals.utilisation("control.macs", of: spec.peCount),
        signals.group(
          "Memory port", isOpen: true, in: "memory_port",
          [
            ("request taken", "request.receive"), ("request writes", "request.write"),
            ("request address", "request.address"), ("answer taken", "response.receive"),
          ]),
        signals.block("Off-chip memory", "memory"), signals.block("Transfers", "transfer_engine"),
        signals.block("Prefetcher", "prefetcher"), signals.block("Ifmap scratchpad", "ifmap_spad"),
        signals.block("Filter scratchpad", "filter_spad"),
        signals.block("West edge: \(rowOperand) by array row", "west"), signals.block("North edge", "north"),
      ] + signals.peRows(rows: spec.rows, columns: spec.columns, first: ["label", "mac_fire"])
        + [signals.block("Accumulator at the columns' feet", "accumulator"), signals.block("Vector unit", "vector")],
      labelColours: MachineRows.labelColours.merging(
        ["stream": "dark green", "load": "steel blue", "loadAndStream": "sea green", "frozen": "firebrick"]
      ) { first, _ in first },
      openScopes: ["array"])
  }

  private var rowOperand: String { spec.dataflow == .inputStationary ? "filter" : "ifmap" }
}
