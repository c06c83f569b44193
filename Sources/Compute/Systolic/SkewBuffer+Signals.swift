public import Signals

extension SkewBuffer: Observable {
  private static func perLane(_ buffer: borrowing SkewBuffer) -> Extent { .list(prefix: "lane", count: buffer.lanes) }

  /// The signals, in data-path order.
  public static let columns: [SignalColumn<SkewBuffer>] = [
    SignalColumn(
      "register", "A word between scratchpad and edge; stage 0 is the nearest to the scratchpad.", .signed(bits: 16),
      extent: { .staircase(lanes: $0.lanes, first: $0.latency) }
    ) { buffer, sampler in
      let places = buffer.registerPlaces
      sampler.take(count: places.count) { element in
        let index = buffer.index(lane: Int(places[element].lane), stage: Int(places[element].stage))
        return UInt64(UInt16(bitPattern: buffer.words[index]))
      }
    },
    SignalColumn(
      "edge", "The word that enters the array in this cycle.", kind: .wire, .signed(bits: 16), extent: perLane
    ) { $1.take($0.words.span.extracting($0.edge)) },
    SignalColumn("edge_valid", "An operand enters the array in this cycle.", kind: .wire, .bit, extent: perLane) {
      $1.take($0.flags.span.extracting($0.edge), bit: 0)
    },
  ]
}
