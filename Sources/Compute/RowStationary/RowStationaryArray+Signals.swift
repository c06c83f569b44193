public import Signals
import Tensors

extension RowStationaryArray: Observable {
  private static func perPE(_ array: borrowing RowStationaryArray) -> Extent {
    .grid(prefix: "pe", rows: array.spec.rows, columns: array.spec.columns)
  }

  private static func operandFormat(_ array: borrowing RowStationaryArray) -> SignalFormat {
    array.shape.arithmetic == .integer8 ? .signed(bits: 9) : .signed(bits: 16)
  }

  private static func psumFormat(_ array: borrowing RowStationaryArray) -> SignalFormat {
    .signed(bits: 8 * array.shape.arithmetic.psumBytes)
  }

  private static let phases = EnumTable(RowStationaryPE.Phase.self, name: "pe_phase_t")
  private static let operations = EnumTable(RowStationaryPE.Operation.self, name: "pe_operation_t")

  /// A signal has 64 bits at most.
  private static let widestMask = 64

  /// A register of every PE.
  private static func register(
    _ name: String, _ meaning: String, kind: SignalKind = .register,
    _ format: @escaping @Sendable (borrowing RowStationaryArray) -> SignalFormat,
    _ value: @escaping @Sendable (RowStationaryPE) -> Int
  ) -> SignalColumn<RowStationaryArray> {
    SignalColumn(name: { _ in name }, meaning, kind: kind, format: format, extent: perPE) { array, sampler in
      let pes = array.pes
      sampler.take(count: pes.count) { UInt64(bitPattern: Int64(value(pes[$0]))) }
    }
  }

  private static func count(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (RowStationaryPE) -> Int
  ) -> SignalColumn<RowStationaryArray> {
    register(name, meaning, { _ in .unsigned(bits: 16) }, value)
  }

  /// Every register and wire of the PEs, in data-path order.
  public static let columns: [SignalColumn<RowStationaryArray>] = [
    SignalColumn("macs", "MACs that are issued in this cycle: utilisation in PEs.", kind: .wire, .unsigned(bits: 20)) {
      array, sampler in
      sampler.take(array.pes.indices.reduce(0) { $0 + (array.label(of: $1) == .mac ? 1 : 0) })
    },
    SignalColumn(
      name: { _ in "active" }, "PEs of the row that issue a MAC, a bit each, column 0 the lowest.", kind: .wire,
      format: { .mask(bits: min($0.spec.columns, widestMask)) },
      extent: { .list(prefix: "row", count: $0.spec.columns <= widestMask ? $0.spec.rows : 0) }
    ) { array, sampler in
      let columns = array.spec.columns
      sampler.take(count: columns <= widestMask ? array.spec.rows : 0) { row in
        (0..<columns).reduce(0) { $0 | (array.label(of: row * columns + $1) == .mac ? 1 << UInt64($1) : 0) }
      }
    },
    SignalColumn(
      "label", "What the PE does in this cycle, or waits for.", kind: .wire, .enumeration(PECycleLabel.table),
      extent: perPE
    ) {
      array, sampler in
      sampler.take(count: array.pes.count) { UInt64(array.label(of: $0).rawValue) }
    },
    register("phase", "What the PE's control is about.", { _ in .enumeration(phases) }) { Int($0.phase.rawValue) },
    SignalColumn("mac_fire", "A MAC is issued that is not gated.", kind: .wire, .bit, extent: perPE) { array, sampler in
      sampler.take(count: array.pes.count) { array.label(of: $0) == .mac ? 1 : 0 }
    },
    register("filter", "Filter of the next operation, within the PE's p.", { _ in .unsigned(bits: 8) }) {
      Int($0.filter)
    },
    count("tap", "Word of the ifmap window that the next MAC reads.") { Int($0.tap) },
    count("weight_word", "Word of the pass's filters that the next MAC reads.") { Int($0.weight) },
    count("windows_left", "Windows left in this row, this one included.") { Int($0.windowsLeft) },
    count("rows_left", "Ifmap rows left in this pass.") { Int($0.rowsLeft) },
    count("passes_left", "Passes left over this ifmap tile.") { Int($0.passesLeft) },
    register("stage1_operation", "The operation behind the spads.", { _ in .enumeration(operations) }) {
      Int($0.operation1.rawValue)
    },
    register("ifmap", "The ifmap operand behind the spads.", operandFormat) { Int($0.ifmap1) },
    register("weight", "The filter operand behind the spads; a gated MAC leaves it as it is.", operandFormat) {
      Int($0.weight1)
    },
    register("psum_in", "The psum from below behind the input FIFO.", psumFormat) { Int($0.psumIn1) },
    register("stage2_operation", "The operation behind the multiplier.", { _ in .enumeration(operations) }) {
      Int($0.operation2.rawValue)
    },
    register("product", "A product, or the psum that passed the multiplier by.", psumFormat) { Int($0.product) },
    register("psum_filter", "The psum that stage 3 adds to.", { _ in .unsigned(bits: 8) }) { Int($0.filter2) },
    SignalColumn(
      name: { _ in "psum" }, "The psum that stage 3 adds to, before the addition.", format: psumFormat, extent: perPE
    ) { array, sampler in
      sampler.take(count: array.pes.count) {
        UInt64(bitPattern: Int64(array.psumSpad[$0 * array.spec.psumSpadWords + Int(array.pes[$0].filter2)]))
      }
    },
    count("ifmap_spad_words", "Ifmap words in the ring that a window may still need.") {
      Int($0.ifmapCount - $0.ifmapDropped)
    },
    count("filter_spad_words", "Filter words in the ring, those of the next pass included.") {
      Int($0.filterCount - $0.filterDropped)
    },
    count("ifmap_fifo_words", "Words in the ifmap FIFO.") { Int($0.ifmapFIFOCount) },
    count("filter_fifo_flits", "Flits in the filter FIFO.") { Int($0.filterFIFOCount) },
    count("psum_in_flits", "Flits in the psum FIFO at the input.") { Int($0.psumInCount) },
    count("psum_out_flits", "Flits in the psum FIFO at the output.") { Int($0.psumOutCount) },
    SignalColumn("local_fire", "A flit of psums leaves for the PE above.", kind: .wire, .bit, extent: perPE) {
      array, sampler in
      var leaves = [Bool](repeating: false, count: array.pes.count)
      for number in array.moves { leaves[Int(number)] = true }
      sampler.take(count: array.pes.count) { leaves[$0] ? 1 : 0 }
    },
  ]

  /// What a PE does in the cycle that begins with this state.
  public func label(of number: Int) -> PECycleLabel {
    let pe = pes[number]
    switch pe.phase {
    case .off:
      guard mapped.contains(Int32(number)) else { return .idle }
      return busyPEs > 0 ? .drain : restLabel
    case .accumulate:
      return pe.accumulationStall(LayerConstants(spec, shape, rows: rowsOfPass)) ?? .accumulate
    case .mac:
      if let stall = pe.macStall { return stall }
      let place = wrap(Int(pe.ifmapHead + pe.tap), spec.ifmapSpadWords)
      return ifmapSpad[number * spec.ifmapSpadWords + place] == 0 ? .gated : .mac
    }
  }
}
