public import Signals

/// The head of the trace as it stands at the channels' ports.
struct TracePort: Sendable, Observable {
  var isWaiting = false
  var isTaken = false
  var address = 0
  var isWrite = false

  static let columns: [SignalColumn<TracePort>] = [
    SignalColumn("request", "A request of the trace is due.", kind: .wire, .bit) { $1.take($0.isWaiting) },
    SignalColumn("taken", "Its channel takes it; if not, its queue is full.", kind: .wire, .event) {
      $1.take($0.isTaken)
    },
    SignalColumn("address", "Its byte address.", kind: .wire, .unsigned(bits: 48)) { $1.take($0.address) },
    SignalColumn("is_write", "It is a write.", kind: .wire, .bit) { $1.take($0.isWrite) },
  ]
}

extension DRAMTraceRunner: ObservableMachine {
  /// The blocks in data-path order.
  public var blocks: [BlockDeclaration] {
    [BlockDeclaration(scope: "trace", columns: port.declarations)]
      + channels.enumerated().map { BlockDeclaration(scope: "channel_\($0)", columns: $1.declarations) }
  }

  /// What each channel takes stands at the port, too.
  public var aliases: [SignalAlias] {
    let ends = channels.indices.flatMap { channel in
      ["accept", "accept_is_write", "accept_bank", "accept_row", "accept_column"].map {
        LinkEnd($0, of: "channel_\(channel)", at: "trace.channel_\(channel)", as: $0)
      }
    }
    return LinkEnd.aliases(of: ends, in: blocks)
  }

  /// Hands the current values of one column to the sampler.
  public mutating func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    if block == 0 {
      port.read(column: column, into: &sampler)
    } else {
      var channel = channels[block - 1]
      channel.read(column: column, into: &sampler)
    }
  }

  /// Takes down for observers what stands at the port, and whether anything moves in this cycle.
  mutating func show(_ head: TraceRequest?, isTaken: Bool, at cycle: Int) {
    port.isWaiting = (head?.cycle ?? Int.max) <= cycle
    port.address = port.isWaiting ? head?.address ?? 0 : 0
    port.isWrite = port.isWaiting && head?.isWrite == true
    port.isTaken = isTaken
    acts = isTaken || channels.contains { $0.issues }
  }

  /// The first cycle after `last` in which a signal changes though no channel acts; after the end only what is on its way.
  func nextSignalChange(after last: Int, _ head: TraceRequest?, ends: Bool) -> Int {
    if acts { return last + 1 }
    var change = channels.reduce(Int.max) { min($0, $1.nextSignalChange(after: last)) }
    if let due = head?.cycle, due > last { change = min(change, due) }
    return ends && change > progress.lastDataEnd ? Int.max : change
  }
}
