public import Signals

// Inlinable, so that the columns of a link of one payload are made for it.
extension Link {
  /// What every link shows: words inside, and whether one moves at either end.
  @inlinable
  public static var handshakeColumns: [SignalColumn<Link>] { senderColumns + receiverColumns }

  /// What the sender's end shows, in the sender's clock domain.
  @inlinable
  public static var senderColumns: [SignalColumn<Link>] {
    [
      SignalColumn("ready", "The sender may send.", kind: .wire, .bit) { $1.take($0.canSend) },
      SignalColumn("send", "A word is stored at the end of this cycle.", kind: .wire, .bit) { $1.take($0.isSending) },
    ]
  }

  /// What the receiver's end shows, in the receiver's clock domain.
  @inlinable
  public static var receiverColumns: [SignalColumn<Link>] {
    [
      SignalColumn("valid", "A word is there for the receiver.", kind: .wire, .bit) { $1.take($0.hasFront) },
      SignalColumn("receive", "A word is taken at the end of this cycle.", kind: .wire, .bit) {
        $1.take($0.isReceiving)
      },
      SignalColumn("count", "Words inside.", .unsigned(bits: 8)) { $1.take($0.count) },
    ]
  }
}
