public import Signals
import Tensors

extension PsumAccumulator: Observable {
  private static func perColumn(_ accumulator: borrowing PsumAccumulator) -> Extent {
    .list(prefix: "column", count: accumulator.columns)
  }

  private static func psumFormat(_ accumulator: borrowing PsumAccumulator) -> SignalFormat {
    accumulator.arithmetic.psumFormat
  }

  /// The signals, in data-path order.
  public static let columns: [SignalColumn<PsumAccumulator>] = [
    SignalColumn(
      "arriving", "The psum at the foot of the column.", kind: .wire, format: psumFormat, extent: perColumn
    ) { $1.take($0.arriving.span) },
    SignalColumn(
      "write_enable", "A psum is added and written at the end of this cycle.", kind: .wire, .bit, extent: perColumn
    ) {
      accumulator, sampler in
      sampler.take(count: accumulator.columns) { accumulator.isWriting && accumulator.writeAddresses[$0] >= 0 ? 1 : 0 }
    },
    SignalColumn(
      "address", "Word of the accumulator that is written, -1 if none.", kind: .wire, .signed(bits: 32),
      extent: perColumn
    ) {
      $1.take($0.writeAddresses.span)
    },
    SignalColumn(
      "sum", "The psum that is written: bias or earlier psum plus the arriving one.", kind: .wire, format: psumFormat,
      extent: perColumn
    ) { $1.take($0.writeValues.span) },
    SignalColumn("completes_tile", "The last psum of a set is written in this cycle.", kind: .wire, .event) {
      $1.take($0.isWriting && $0.completes)
    },
    SignalColumn("completed_tiles", "Sets of psums that are complete.", .unsigned(bits: 32)) {
      $1.take($0.completedTiles)
    },
  ]
}
