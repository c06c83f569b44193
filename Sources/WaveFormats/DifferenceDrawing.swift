/// Draws what two files show around their earliest differences, one above the other.
public struct DifferenceDrawing: Sendable {
  /// How it is drawn.
  public struct Options: Sendable {
    /// The most signals that are drawn.
    public var mostSignals = 4
    /// Samples before the first difference.
    public var before = 3
    /// Samples from the first difference on.
    public var after = 5
    /// What the rows of each file are called.
    public var labels = (first: "first", second: "second")
    /// Whether unknown values are coloured, for terminals.
    public var isColoured = false

    /// Four signals, eight samples.
    public init() {}
  }

  /// One sampled instant.
  private struct Sample {
    let place: String
    let isDifferent: Bool
    /// By drawn signal, a value of each file.
    let values: [(first: WaveValue, second: WaveValue)]
  }

  /// Draws the surroundings of the earliest differences; the sources are read from their starts.
  public static func render(
    _ comparison: WaveComparison, _ first: any WaveSource, _ second: any WaveSource, options: Options = Options()
  ) throws(WaveError) -> String {
    let differences = comparison.differences
    guard let earliest = differences.map(\.time).min() else { return "" }
    let drawn = differences.filter { $0.time == earliest }.prefix(options.mostSignals)
    let drawing = DifferenceDrawing(
      variables: drawn.map(\.variables), hierarchies: (first.hierarchy, second.hierarchy), options: options)
    guard let place = drawn.first else { return "" }
    let samples: [Sample] =
      if let clocks = comparison.clocks, let cycle = place.cycle {
        try drawing.cycles(around: cycle, first, second, clocks)
      } else {
        try drawing.instants(around: earliest, try TimedWave(first), try TimedWave(second))
      }
    return drawing.draw(samples, title: comparison.isClocked ? "cycle" : "time")
  }

  private let variables: [WavePairing.Pair]
  private let hierarchies: (first: WaveHierarchy, second: WaveHierarchy)
  private let options: Options

  private func cycles(
    around place: Int, _ first: any WaveSource, _ second: any WaveSource, _ clocks: (first: Int, second: Int)
  ) throws(WaveError) -> [Sample] {
    var left = ClockedWave(first, sampling: .afterRisingEdge(signal: clocks.first))
    var right = ClockedWave(second, sampling: .afterRisingEdge(signal: clocks.second))
    var samples: [Sample] = []
    while try left.next(), try right.next(), left.cycle < place + options.after {
      guard left.cycle >= place - options.before else { continue }
      samples.append(
        Sample(
          place: "\(left.cycle)", isDifferent: left.cycle == place,
          values: values(left.state, right.state)))
    }
    return samples
  }

  /// Samples where one of the drawn signals changes, and where they first differ.
  private func instants(around place: UInt64, _ first: TimedWave, _ second: TimedWave) throws(WaveError) -> [Sample] {
    var (left, right) = (first, second)
    let signals = (
      Set(variables.map { UInt32(hierarchies.first.variables[$0.first].signal) }),
      Set(variables.map { UInt32(hierarchies.second.variables[$0.second].signal) })
    )
    var samples: [Sample] = []
    var later = 0
    while let now = [left.time, right.time].compactMap(\.self).min(), later < options.after {
      let changes = (
        left.time == now ? try left.advance() : left.settle(), right.time == now ? try right.advance() : right.settle()
      )
      guard
        now == place || changes.0.contains(where: signals.0.contains) || changes.1.contains(where: signals.1.contains)
      else { continue }
      if now >= place { later += 1 }
      samples.append(
        Sample(place: WaveTime.text(now), isDifferent: now == place, values: values(left.state, right.state)))
      if later == 0, samples.count > options.before { samples.removeFirst() }
    }
    return samples
  }

  private func values(_ left: WaveState, _ right: WaveState) -> [(first: WaveValue, second: WaveValue)] {
    variables.map { pair in
      (
        left.value(of: hierarchies.first.variables[pair.first].signal),
        right.value(of: hierarchies.second.variables[pair.second].signal)
      )
    }
  }

  private func draw(_ samples: [Sample], title: String) -> String {
    let texts = variables.enumerated().map { row, pair in
      samples.map { sample in
        (
          first: hierarchies.first.text(of: sample.values[row].first, variable: pair.first),
          second: hierarchies.second.text(of: sample.values[row].second, variable: pair.second)
        )
      }
    }
    let names = variables.map { ("\($0.name)  \(options.labels.first)", "  \(options.labels.second)") }
    let places = samples.map(\.place.count).max() ?? 0
    let longest = max(places, texts.joined().map { max($0.first.count, $0.second.count) }.max() ?? 0)
    let canvas = TextRows(
      nameWidth: names.map(\.0.count).max() ?? 0, cellWidth: min(max(2, 1 + longest), 20),
      isColoured: options.isColoured)
    var lines = [
      canvas.ruler("", samples.map { $0.isDifferent ? "▼" : "" }, longest: 1),
      canvas.ruler(title, samples.map(\.place), longest: places),
    ]
    for (row, pair) in variables.enumerated() {
      lines += self.lines(
        canvas, names[row].0, samples.map { $0.values[row].first }, texts[row].map(\.first), hierarchies.first,
        pair.first)
      lines += self.lines(
        canvas, names[row].1.leftPadded(canvas.nameWidth), samples.map { $0.values[row].second },
        texts[row].map(\.second), hierarchies.second, pair.second)
    }
    return lines.map { $0.trimmedAtEnd() + "\n" }.joined()
  }

  private func lines(
    _ canvas: TextRows, _ name: String, _ values: [WaveValue], _ texts: [String], _ hierarchy: WaveHierarchy,
    _ variable: Int
  ) -> [String] {
    canvas.lines(
      name, hierarchy.signals[hierarchy.variables[variable].signal],
      isEnumeration: hierarchy.variables[variable].enumeration != nil, values, texts)
  }
}

extension String {
  /// Filled with blanks on the left to `width` characters.
  fileprivate func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
