public import Signals
public import Simulation

extension VectorUnit: Observable {
  private static func perLane(_ unit: borrowing VectorUnit) -> Extent { .list(prefix: "lane", count: unit.spec.lanes) }

  /// The signals of queue and stages, in data-path order.
  public static let columns: [SignalColumn<VectorUnit>] = [
    SignalColumn(
      "operation", "What it computes in this layer.",
      .enumeration(EnumTable(VectorOperationKind.self, name: "vector_operation_t"))
    ) { $1.take($0.operation.kind) },
    SignalColumn("ready", "An operand vector may be sent.", kind: .wire, .bit) { $1.take($0.canSend) },
    SignalColumn("queued", "Operand vectors in the queue.", .unsigned(bits: 8)) { $1.take($0.queued) },
    SignalColumn("fire", "The first stage takes an operand vector at the end of this cycle.", kind: .wire, .bit) {
      $1.take($0.moves && $0.queued > 0)
    },
    SignalColumn(
      "stalled", "An operand vector is ready, and the stages stand still for want of room.", kind: .wire, .bit
    ) {
      $1.take(!$0.moves && $0.queued > 0)
    },
    SignalColumn("operand", "The lane's operand of the oldest vector.", .signed(bits: 32), extent: perLane) {
      $1.take($0.front.values.span)
    },
    SignalColumn(
      "presence", "What the lane holds of the oldest vector.",
      .enumeration(EnumTable(VectorOperands.Presence.self, name: "lane_presence_t")), extent: perLane
    ) { unit, sampler in
      let presence = unit.front.presence
      sampler.take(count: unit.spec.lanes) { UInt64(presence[$0].rawValue) }
    },
    SignalColumn("reduced_lanes", "Results that are complete behind the first stage.", .unsigned(bits: 7)) {
      $1.take($0.reducedLanes)
    },
    SignalColumn("reduced", "The lane's combined operands.", .signed(bits: 32), extent: perLane) {
      $1.take($0.reduced.span)
    },
    SignalColumn("divided_lanes", "Results behind the divide stage.", .unsigned(bits: 7)) { $1.take($0.dividedLanes) },
    SignalColumn("divided", "The lane's mean, or its combined operands.", .signed(bits: 32), extent: perLane) {
      $1.take($0.divided.span)
    },
    SignalColumn("scaled_lanes", "Results behind the scale stage.", .unsigned(bits: 7)) { $1.take($0.scaledLanes) },
    SignalColumn("scaled", "The lane's value times its factor.", .signed(bits: 32), extent: perLane) {
      $1.take($0.scaled.span)
    },
  ]
}

/// The signals of the link behind the last stage.
public enum VectorResultSignals {
  /// Handshake, lanes and bytes.
  public static let columns: [SignalColumn<Link<VectorResult>>] =
    Link<VectorResult>.handshakeColumns + [
      SignalColumn("lanes", "Results in the oldest vector.", .unsigned(bits: 7)) { $1.take($0.front?.count ?? 0) },
      SignalColumn(
        "bytes", "Eight of its results, the first in the low byte.", .unsigned(bits: 64),
        extent: { _ in .list(prefix: "word", count: 8) }
      ) { link, sampler in
        let bytes = link.front?.bytes ?? SIMD64(repeating: 0)
        sampler.take(count: 8) { word in
          (0..<8).reduce(0) { $0 | UInt64(bytes[8 * word + $1]) << UInt64(8 * $1) }
        }
      },
    ]
}
