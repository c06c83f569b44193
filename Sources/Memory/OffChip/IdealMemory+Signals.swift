public import Signals
import Simulation

extension IdealMemory: Observable {
  /// The signals, in data-path order.
  public static let columns: [SignalColumn<IdealMemory>] = [
    SignalColumn("takes", "A request is taken in this cycle.", kind: .wire, .bit) { $1.take($0.takenRequest != nil) },
    SignalColumn("takes_write", "The request that is taken is a write.", kind: .wire, .bit) {
      $1.take($0.takenRequest?.isWrite ?? false)
    },
    SignalColumn("address", "First byte of the request that is taken; 0 if none is.", kind: .wire, .unsigned(bits: 40))
    {
      $1.take($0.takenRequest?.address ?? 0)
    },
    SignalColumn("answers", "The data of a read leave in this cycle.", kind: .wire, .bit) { $1.take($0.isAnswering) },
    SignalColumn("reads_in_flight", "Reads taken and not answered.", .unsigned(bits: 20)) { $1.take($0.readsInFlight) },
  ]
}
