public import Signals
import Tensors

extension OutputStationaryArray: Observable {
  private static func perPE(_ array: borrowing OutputStationaryArray) -> Extent {
    .grid(prefix: "pe", rows: array.spec.rows, columns: array.spec.columns)
  }

  private static func perPEIfDoubleBuffered(_ array: borrowing OutputStationaryArray) -> Extent {
    array.spec.isDoubleBuffered ? perPE(array) : .grid(prefix: "pe", rows: 0, columns: 0)
  }

  private static func operandFormat(_ array: borrowing OutputStationaryArray) -> SignalFormat {
    array.arithmetic.operandFormat
  }

  private static func psumFormat(_ array: borrowing OutputStationaryArray) -> SignalFormat {
    array.arithmetic.psumFormat
  }

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
      ) { $1.take($0.filter.span) },
      SignalColumn("filter_valid", "The filter register holds an operand.", .bit, extent: perPE) {
        $1.take($0.filterFlags.span, bit: 0)
      },
    ] + products + [
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
          $0.ifmapFlagsNext.span, and: $0.filterFlagsNext.span, mask: $0.isStepping ? OperandFlags.valid : 0xFF)
      },
    ]

  /// Registers behind the multiplier, as many as the MAC has stages beyond the first.
  private static let products: [SignalColumn<OutputStationaryArray>] = (1..<8).map { stage in
    SignalColumn(
      name: { _ in "product_\(stage)" }, "A product on its way from multiplier to adder.", format: psumFormat,
      extent: { stage < $0.spec.macStages ? perPE($0) : .grid(prefix: "pe", rows: 0, columns: 0) },
      read: { array, sampler in
        guard stage < array.spec.macStages else { return }
        let registers = array.products[stage - 1]
        sampler.take(registers.span)
      })
  }
}
