public import Signals
import Tensors

extension OutputStationaryArray: Observable {
  /// The signals, in data-path order.
  public static let columns: [SignalColumn<OutputStationaryArray>] =
    [
      SignalColumn(
        "ifmap", "The ifmap element on its way to the right: what this PE has passed on.", format: operandFormat,
        extent: perPE
      ) { $1.take($0.ifmap.span) },
      SignalColumn("ifmap_valid", "The ifmap register holds an operand.", .bit, extent: perPE) {
        $1.take($0.ifmapFlags.span, bit: 0)
      },
      SignalColumn(
        "filter", "The weight on its way down: what this PE has passed on.", format: operandFormat, extent: perPE
      ) { $1.take($0.filter.store.span.extracting($0.filter.registers)) },
      SignalColumn("filter_valid", "The filter register holds an operand.", .bit, extent: perPE) {
        $1.take($0.filterFlags.store.span.extracting($0.filterFlags.registers), bit: 0)
      },
    ] + productColumns + [
      SignalColumn(
        "psum", "The output that this PE sums up; it shifts down while it drains.", format: psumFormat, extent: perPE
      ) {
        $1.take($0.psum.span)
      },
      SignalColumn(
        "psum_drain", "A finished output on its way down.", format: psumFormat, extent: perPEIfDoubleBuffered
      ) { $1.take($0.drain.span) },
      SignalColumn(
        "mac_fire", "Both operands are there: the MAC works in this cycle.", kind: .wire, .bit, extent: perPE
      ) {
        $1.take(
          $0.ifmapFlagsNext.span, and: $0.filterFlags.store.span.extracting($0.filterFlags.nextRegisters),
          mask: $0.isStepping ? OperandFlags.valid : 0xFF)
      },
    ]
}

extension OutputStationaryArray: SystolicPEs {}
