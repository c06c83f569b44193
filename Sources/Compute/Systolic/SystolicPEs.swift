import Signals
import Tensors

/// What the signals of both systolic arrays have in common: a grid of PEs, each with a MAC of some stages.
protocol SystolicPEs: Sendable, SendableMetatype {
  /// The PEs.
  var grid: SystolicGrid { get }
  /// The numbers the PEs compute in.
  var arithmetic: Arithmetic { get }
  /// Registers behind the multipliers.
  var products: ProductPipeline { get }
}

extension SystolicPEs {
  static func perPE(_ array: borrowing Self) -> Extent {
    .grid(prefix: "pe", rows: array.grid.rows, columns: array.grid.columns)
  }

  static func perPEIfDoubleBuffered(_ array: borrowing Self) -> Extent { perPE(array, if: array.grid.isDoubleBuffered) }

  static func operandFormat(_ array: borrowing Self) -> SignalFormat { array.arithmetic.operandFormat }

  static func psumFormat(_ array: borrowing Self) -> SignalFormat { array.arithmetic.psumFormat }

  /// Registers behind the multiplier, as many as the MAC has stages beyond the first.
  static var productColumns: [SignalColumn<Self>] {
    (1..<8).map { stage in
      SignalColumn(
        name: { _ in "product_\(stage)" }, "A product on its way from multiplier to adder.",
        format: { $0.arithmetic.psumFormat },
        extent: { perPE($0, if: stage < $0.grid.macStages) },
        read: { array, sampler in
          guard stage < array.grid.macStages else { return }
          let registers = array.products.stages[stage - 1]
          sampler.take(registers.span)
        })
    }
  }

  private static func perPE(_ array: borrowing Self, if exists: Bool) -> Extent {
    exists ? perPE(array) : .grid(prefix: "pe", rows: 0, columns: 0)
  }
}
