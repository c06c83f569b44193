import Signals

/// The last instants of a run in memory: changes by instant, and the values that stood before the oldest of them.
struct FlightRecorder {
  private struct Entry {
    let time: SimulationTime
    let changes: Range<Int>
    let texts: Range<Int>
  }

  /// How far back it reaches, in femtoseconds.
  private let span: UInt64
  private var entries: [Entry] = []
  /// The oldest entry that still counts.
  private var head = 0
  private var changes: [SignalChange] = []
  private var texts: [String] = []
  /// Values before the oldest entry; a text is kept whole.
  private var values: [UInt64]
  private var isKnown: [Bool]
  private var textOf: [Int: String] = [:]
  private let isEvent: [Bool]
  private let isText: [Bool]

  /// A recorder of a selection that reaches `span` femtoseconds back.
  init(formats: [SignalFormat], span: UInt64) {
    self.span = span
    values = Array(repeating: 0, count: formats.count)
    isKnown = Array(repeating: false, count: formats.count)
    isEvent = formats.map { $0 == .event }
    isText = formats.map { $0 == .text }
  }

  /// The oldest instant in memory.
  var start: SimulationTime? { head < entries.count ? entries[head].time : nil }

  /// Adds what changed at an instant, and forgets what lies too far back.
  mutating func append(_ time: SimulationTime, _ newChanges: ArraySlice<SignalChange>, _ newTexts: [String]) {
    entries.append(
      Entry(
        time: time, changes: changes.count..<changes.count + newChanges.count,
        texts: texts.count..<texts.count + newTexts.count))
    changes += newChanges
    texts += newTexts
    // The newest instant that does not lie within the span stays: its values hold at the span's beginning.
    while head + 1 < entries.count, entries[head + 1].time.femtoseconds + span <= time.femtoseconds { dropOldest() }
    if head > 4096, head > entries.count / 2 { compact() }
  }

  private mutating func dropOldest() {
    let entry = entries[head]
    for change in changes[entry.changes] {
      let signal = Int(change.signal)
      values[signal] = change.value
      isKnown[signal] = true
      if isText[signal] { textOf[signal] = texts[entry.texts.lowerBound + Int(change.text)] }
    }
    head += 1
  }

  private mutating func compact() {
    guard head < entries.count else { return }
    let (changeStart, textStart) = (entries[head].changes.lowerBound, entries[head].texts.lowerBound)
    entries = entries[head...].map { entry in
      Entry(
        time: entry.time, changes: entry.changes.lowerBound - changeStart..<entry.changes.upperBound - changeStart,
        texts: entry.texts.lowerBound - textStart..<entry.texts.upperBound - textStart)
    }
    changes.removeFirst(changeStart)
    texts.removeFirst(textStart)
    head = 0
  }

  /// Hands over everything in time order, the first instant with the value of every signal, then forgets it.
  mutating func replay(_ take: (SimulationTime, [SignalChange], [String]) throws -> Void) rethrows {
    for (index, entry) in entries[head...].enumerated() {
      var all = Array(changes[entry.changes])
      var words = Array(texts[entry.texts])
      if index == 0 { addBase(&all, &words) }
      try take(entry.time, all, words)
    }
    entries.removeAll()
    changes.removeAll()
    texts.removeAll()
    head = 0
  }

  /// The newest values of the signals that `isWanted`, and their texts.
  func values(where isWanted: (Int) -> Bool) -> ([SignalChange], [String]) {
    var last = self
    while last.head < last.entries.count { last.dropOldest() }
    var (all, words): ([SignalChange], [String]) = ([], [])
    last.addBase(&all, &words)
    return (all.filter { isWanted(Int($0.signal)) }, words)
  }

  private func addBase(_ all: inout [SignalChange], _ words: inout [String]) {
    var hasChanged = isEvent
    for change in all { hasChanged[Int(change.signal)] = true }
    for signal in values.indices where isKnown[signal] && !hasChanged[signal] {
      var change = SignalChange(signal: UInt32(signal), value: values[signal])
      if isText[signal] {
        change.text = UInt32(words.count)
        words.append(textOf[signal] ?? "")
      }
      all.append(change)
    }
    all.sort { $0.signal < $1.signal }
  }
}
