public import Signals
import Simulation
import WaveFormats

/// What a trace holds, and what was left out and why: for the report of a run.
public struct TraceSummary: Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The layout to open it with in GTKWave.
  public let view: String
  /// Signals in the file, clocks not counted.
  public let signalCount: Int
  /// First instant in the file and end of its last cycle; nil if nothing was recorded.
  public let extent: ClosedRange<SimulationTime>?
  /// Cycles of the first clock in that extent.
  public let cycles: Range<Int>?
  /// Bytes of the file.
  public let byteCount: Int
  /// The markers of its view, in the order of their letters.
  public let markers: [Marker]
  /// One sentence for each thing that the file lacks.
  public let omissions: [String]

  /// A marker as a viewer shows it.
  public struct Marker: Sendable {
    /// A to Z.
    public let letter: Character
    /// What begins there.
    public let name: String
    /// When, in the time of the waveform.
    public let time: SimulationTime
    /// When, in cycles of the first clock.
    public let cycle: Int
  }

  init(_ recorder: TraceRecorder, markers: [WaveMarker]) {
    let layout = recorder.layout
    let period = recorder.periods[0]
    path = recorder.options.path
    let place = TraceViews.place(path)
    view = (place.directory.isEmpty ? "" : place.directory + "/") + place.base + ".gtkw"
    signalCount = layout.selection.count
    byteCount = recorder.writer.byteCount
    extent = recorder.firstTime.map { $0...max($0, recorder.endTime) }
    cycles = extent.map { extent in
      let first = period.firstCycle(notBefore: extent.lowerBound)
      return first..<max(first, period.firstCycle(notBefore: extent.upperBound))
    }
    self.markers = zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", markers).map { letter, marker in
      Marker(
        letter: letter, name: marker.name, time: marker.time, cycle: period.firstCycle(notBefore: marker.time))
    }
    omissions = Self.omissions(recorder, cycles)
  }

  private static func omissions(_ recorder: TraceRecorder, _ cycles: Range<Int>?) -> [String] {
    let options = recorder.options
    var omissions: [String] = []
    if let cycles, cycles.lowerBound > 0 {
      let reason: String =
        switch options.extent {
        case .window:
          cycles.lowerBound > recorder.periods[0].firstCycle(notBefore: recorder.window.lowerBound)
            ? "a saved run went on from there" : "the window begins there"
        case .trigger(let trigger, let before, _):
          "'\(trigger.text)' came true, and \(before) cycles before it were asked for"
        case .last(let count): "the last \(count) cycles were asked for"
        }
      omissions.append("cycles before \(cycles.lowerBound) are left out: \(reason)")
    }
    if cycles == nil {
      omissions.append(
        recorder.watch == nil
          ? "nothing was recorded: the run ended before the window began"
          : "nothing was recorded: the condition of --trace-trigger never held")
    }
    if recorder.budget?.isExhausted == true {
      omissions.append(
        "cycles from \(cycles?.upperBound ?? 0) on are left out: the budget of \(ByteSize.text(options.budget ?? 0)) was used up"
      )
    } else if let cycles, recorder.phase == .ended, recorder.lastSeen > recorder.endTime {
      let reason = recorder.watch == nil ? "the window ends there" : "so many were asked for after the condition"
      omissions.append("cycles from \(cycles.upperBound) on are left out: \(reason)")
    }
    let all = recorder.layout.catalog.count
    if all > recorder.layout.selection.count {
      let hint =
        options.scopes.isEmpty && options.depth == nil ? ": annotations; --trace-scope '**' takes them too" : ""
      omissions.append("\(all - recorder.layout.selection.count) of \(all) signals were not selected\(hint)")
    }
    return omissions
  }

  /// One line with file, signals, cycles and size, one for each omission.
  public var description: String {
    let span = cycles.map { $0.isEmpty ? "no cycle" : "cycles \($0.lowerBound) to \($0.upperBound - 1)" } ?? "no cycle"
    let head = "\(path): \(signalCount) signals, \(span), \(ByteSize.text(byteCount)); open with: gtkwave \(view)"
    return ([head] + omissions.map { "  " + $0 }).joined(separator: "\n")
  }
}
