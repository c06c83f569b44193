internal import Accelerators
internal import Mappings
internal import Signals
internal import WaveFormats

/// What a viewer shows of a systolic machine when it opens a trace: the data path from top to bottom.
///
/// The overview fits a window: control, utilisation, the memory port, the DRAM, the scratchpads and one PE. The details have
/// all blocks, with all PEs.
struct SystolicView {
  private let signals: MachineRows
  private let spec: SystolicSpec
  /// Whether the vector unit has work: it has none in a layer that runs by itself.
  private let isNetwork: Bool

  init(_ machine: borrowing SystolicMachine) {
    signals = MachineRows(machine)
    spec = machine.spec
    isNetwork = machine.layer == nil
  }

  /// Groups and rows.
  var view: WaveView {
    WaveView(
      items: overview, detail: detail,
      labelColours: MachineRows.labelColours.merging(
        ["stream": "dark green", "load": "steel blue", "loadAndStream": "sea green", "frozen": "firebrick"]
      ) { first, _ in first },
      openScopes: ["array"])
  }

  private var head: [WaveItem] {
    [
      .row(WaveRow(target: .clock(0))),
      .section("Control", signals.rows(in: "control", ["layer", "phase", "hold", "fold"])),
      signals.utilisation("control.macs", of: spec.peCount),
    ]
  }

  /// A layer shows what one PE does with its operands, a network what the vector unit does besides.
  private var overview: [WaveItem] {
    let scratchpads = WaveItem.section(
      "Scratchpads",
      signals.row("ifmap_spad.read", "ifmap vector read") + signals.row("filter_spad.read", "filter vector read"))
    if isNetwork {
      return head + [signals.memoryPort, signals.dram, scratchpads, pe(["label", "psum_element"]), signals.vectorUnit]
    }
    return head + [
      signals.activePEs(rows: spec.rows), signals.memoryPort, signals.dram, scratchpads,
      pe(["label", "ifmap_element", "ifmap", "filter_element", "filter", "psum_element", "psum"]),
      .section("Accumulator", signals.row("accumulator.completes_tile", "tile complete")),
    ]
  }

  private func pe(_ names: [String]) -> WaveItem {
    let scope = Extent.grid(prefix: "pe", rows: spec.rows, columns: spec.columns).scope(of: 0) ?? ""
    return .section("PE 0, 0", signals.rows(in: "array.\(scope)", names))
  }

  private var detail: [WaveItem] {
    head + [
      .group(
        "Vector and row at the edge", isOpen: true, signals.rows(in: "control", ["vector", "load_row", "enable"])),
      .group(
        "Loop indices", isOpen: false,
        signals.rows(in: "control", ["group", "first_position", "first_product", "first_filter"])),
      signals.activePEs(rows: spec.rows), signals.memoryPort, signals.block("Off-chip memory", "memory"),
      signals.block("Transfers", "transfer_engine"), signals.block("Prefetcher", "prefetcher"),
      signals.block("Ifmap scratchpad", "ifmap_spad"), signals.block("Filter scratchpad", "filter_spad"),
      signals.block("West edge: \(rowOperand) by array row", "west"), signals.block("North edge", "north"),
    ] + signals.peRows(rows: spec.rows, columns: spec.columns, first: ["label", "mac_fire"])
      + [signals.block("Accumulator at the columns' feet", "accumulator")]
      + (isNetwork ? [signals.block("Vector unit", "vector")] : [])
  }

  private var rowOperand: String { spec.dataflow == .inputStationary ? "filter" : "ifmap" }
}
