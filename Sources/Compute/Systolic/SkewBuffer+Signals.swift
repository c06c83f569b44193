public import Signals

extension SkewBuffer: Observable {
  private static func perLane(_ buffer: borrowing SkewBuffer) -> Extent { .list(prefix: "lane", count: buffer.lanes) }

  /// The signals, in data-path order.
  public static let columns: [SignalColumn<SkewBuffer>] = [
    SignalColumn(
      "register", "A word between scratchpad and edge; stage 0 is the nearest to the scratchpad.", .signed(bits: 16),
      extent: { .staircase(lanes: $0.lanes, first: $0.latency) }
    ) { buffer, sampler in
      let (places, words) = (buffer.registerPlaces, buffer.words)
      let (newest, depth, lanes) = (buffer.head &- 1, buffer.depth, buffer.lanes)
      sampler.take(count: places.count) { element in
<<<<<<< HEAD
        let place = places[element]
        let slot = newest &- Int(place.stage)
        return UInt64(UInt16(bitPattern: words[(slot < 0 ? slot &+ depth : slot) &* lanes &+ Int(place.lane)]))
=======
        let index = buffer.index(lane: Int(places[element].lane), stage: Int(places[element].stage))
        return UInt64(UInt16(bitPattern: buffer.words[index]))
>>>>>>> 8473477ffb271ca6225056e6c968ce6bf8ca6830
      }
    },
    SignalColumn(
      "edge", "The word that enters the array in this cycle.", kind: .wire, .signed(bits: 16), extent: perLane
    ) {
      buffer, sampler in
      sampler.take(count: buffer.lanes) { UInt64(UInt16(bitPattern: buffer.edgeWord(lane: $0))) }
    },
    SignalColumn("edge_valid", "An operand enters the array in this cycle.", kind: .wire, .bit, extent: perLane) {
      buffer, sampler in
      sampler.take(count: buffer.lanes) { buffer.isEdgeValid(lane: $0) ? 1 : 0 }
    },
  ]
}
