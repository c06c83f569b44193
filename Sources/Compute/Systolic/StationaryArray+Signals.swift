public import Signals
import Tensors

extension StationaryArray: Observable {
  /// The signals, in data-path order.
  public static let columns: [SignalColumn<StationaryArray>] =
    [
      SignalColumn(
        name: { $0.movingOperand }, "The operand on its way to the right: what this PE has passed on.",
        format: operandFormat, extent: perPE
      ) { $1.take($0.moving.span) },
      SignalColumn(
        name: { $0.movingOperand + "_valid" }, "The moving register holds an operand.", format: { _ in .bit },
        extent: perPE
      ) { $1.take($0.movingFlags.span, bit: 0) },
      SignalColumn(
        name: { $0.stationaryOperand }, "The operand that stays.", format: operandFormat, extent: perPE
      ) { array, sampler in
        let registers = array.grid.isDoubleBuffered ? array.activeCommitted : array.chain
        sampler.take(registers.span)
      },
      SignalColumn(
        name: { $0.stationaryOperand + "_valid" }, "The stationary register holds an operand.",
        format: { _ in .bit }, extent: perPE
      ) { array, sampler in
        let flags = array.grid.isDoubleBuffered ? array.activeFlagsCommitted : array.chainFlags
        sampler.take(flags.span, bit: 0)
      },
      SignalColumn(
        name: { $0.stationaryOperand + "_shadow" }, "The next fold's stationary operand, while it loads.",
        format: operandFormat, extent: perPEIfDoubleBuffered
      ) { $1.take($0.chain.span) },
      SignalColumn(
        name: { $0.stationaryOperand + "_shadow_valid" }, "The shadow register holds an operand.",
        format: { _ in .bit }, extent: perPEIfDoubleBuffered
      ) { $1.take($0.chainFlags.span, bit: 0) },
      SignalColumn(
        name: { $0.stationaryOperand + "_shifted" },
        "The load chain shifted here in the step before, so the PE below may shift in this one.",
        format: { _ in .bit }, extent: perPE
      ) { $1.take($0.chainFlags.span, bit: 2) },
    ] + productColumns + [
      SignalColumn("psum", "The psum that leaves for the PE below.", format: psumFormat, extent: perPE) {
        $1.take($0.psum.store.span.extracting($0.psum.registers))
      },
      SignalColumn(
        "mac_fire", "Both operands are there: the MAC works in this cycle.", kind: .wire, .bit, extent: perPE
      ) { array, sampler in
        let stationaryFlags = array.grid.isDoubleBuffered ? array.activeFlags : array.chainFlags
        sampler.take(
          array.movingFlagsNext.span, and: stationaryFlags.span, mask: array.isStepping ? OperandFlags.valid : 0xFF)
      },
    ]
}

extension StationaryArray: SystolicPEs {}
