import Arguments
import Runs
import WaveFormats

/// The action that compares two files.
extension WaveCommand {
  func compare() throws -> ExitCode {
    let second = try other()
    let sources = (try WaveFile.open(path), try WaveFile.open(second))
    var options = WaveComparison.Options()
    options.patterns = scopes
    options.ignoresUnknown = arguments.has("ignore-x")
    if let file = arguments.value("map") {
      let text = String(decoding: try InputFiles().bytes(of: file), as: UTF8.self)
      options.names = try WaveComparison.Options.names(text, file: file)
    }
    if let clock = arguments.value("clock") {
      _ = try variable(clock, in: sources.0)
      _ = try variable(options.names.first { $0.first == clock }?.second ?? clock, in: sources.1)
      options.clock = clock
    }
    let result = try WaveComparison(sources.0, sources.1, options: options)
    try Console.print(report(result, second) + (try drawing(result, second)))
    return result.isEqual ? .success : .differs
  }

  /// The earliest differences as a wave; nothing if a file cannot be read again.
  private func drawing(_ result: WaveComparison, _ second: String) throws -> String {
    guard !result.differences.isEmpty, path != "-", second != "-" else { return "" }
    var options = DifferenceDrawing.Options()
    options.labels = labels(second)
    options.isColoured = Console.showsColours
    let drawing = try DifferenceDrawing.render(
      result, try WaveFile.open(path), try WaveFile.open(second), options: options)
    return "\n" + drawing
  }

  /// The files' names without directories where that tells them apart.
  private func labels(_ second: String) -> (first: String, second: String) {
    let names = [path, second].map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return names[0] == names[1] ? (path, second) : (names[0], names[1])
  }

  private func report(_ result: WaveComparison, _ second: String) -> String {
    let labels = labels(second)
    var lines = result.differences.sorted { ($0.time, $0.cycle ?? 0) < ($1.time, $1.cycle ?? 0) }.map { difference in
      let place = difference.cycle.map { "cycle \($0), " } ?? ""
      let more = difference.count > 1 ? ", and \(difference.count - 1) more" : ""
      return "\(difference.name): \(place)\(WaveTime.text(difference.time)): "
        + "\(difference.first) in \(labels.first), \(difference.second) in \(labels.second)\(more)"
    }
    if result.isCutShort {
      let end: (UInt64) -> String = result.isClocked ? { "after \($0) cycles" } : { "at \(WaveTime.text($0))" }
      lines.append(
        "\(labels.first) ends \(end(result.ends.first)), \(labels.second) \(end(result.ends.second)); the rest is not compared"
      )
    }
    for (file, names) in [(labels.first, result.onlyInFirst), (labels.second, result.onlyInSecond)] where !names.isEmpty
    {
      lines.append("\(names.count) signals are in \(file) only: \(names.prefix(5).joined(separator: ", "))")
    }
    lines.append("\(result.compared) signals compared, \(result.differences.count) differ")
    return lines.joined(separator: "\n") + "\n"
  }
}
