public import Signals

extension TransferEngine: Observable {
  /// The signals, in data-path order.
  public static let columns: [SignalColumn<TransferEngine>] = [
    SignalColumn("queued_loads", "Loads in the queue, the one under way included.", .unsigned(bits: 4)) {
      $1.take($0.queuedLoads)
    },
    SignalColumn(
      "load_buffer", "Number of the buffer that the oldest load fills; -1 if there is none.", .signed(bits: 8)
    ) {
      $1.take($0.receivingLoad?.buffer ?? -1)
    },
    SignalColumn("load_tile", "Tile of the oldest load; -1 if there is none.", .signed(bits: 32)) {
      $1.take($0.receivingLoad?.transfer.tile ?? -1)
    },
    SignalColumn("delivers", "Bytes of a load reach their buffer at the end of this cycle.", kind: .wire, .bit) {
      $1.take($0.deliversInCycle)
    },
    SignalColumn("queued_stores", "Stores in the queue, the one under way included.", .unsigned(bits: 4)) {
      $1.take($0.queuedStores)
    },
    SignalColumn("store_tile", "Set of psums of the oldest store; -1 if there is none.", .signed(bits: 32)) {
      $1.take($0.leavingStore?.tile ?? -1)
    },
    SignalColumn("stalled", "A request is ready and the port is not.", kind: .wire, .bit) { $1.take($0.isStalled) },
    SignalColumn("stored_tiles", "Sets of psums whose last request has left.", .unsigned(bits: 32)) {
      $1.take($0.storedTiles)
    },
  ]
}
