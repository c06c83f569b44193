import Arguments
import Configuration
import Foundation
import Runs
import Tracing

extension CommandOption {
  /// What a command that runs a machine takes to save runs and to go on from them.
  static let saved: [CommandOption] = [
    .text(
      "save-to", "FILE",
      "Saves the run at --save-at, and where a signal or the cycle limit ends it; of a network, its first image."),
    .integer("save-at", 1...(1 << 40), "The cycle at which the run is saved; it goes on then."),
    .text("resume", "FILE", "Goes on from a saved run of the same configuration, as if it had never stopped."),
  ]
}

/// The saved runs of a command: a file for each of its runs, told apart by layer and dataflow.
struct SavedRuns: Sendable {
  private let runs: [SavedRun?]

  /// Saved runs of the named runs. Throws where options do not go together, or no file is there to go on from.
  init(
    _ arguments: ParsedArguments, _ names: RunNames, _ configuration: Configuration, progress: ProgressLine? = nil
  ) throws {
    let (source, destination) = (arguments.value("resume"), arguments.value("save-to"))
    let cycle = arguments.integer("save-at")
    guard destination != nil || cycle == nil else {
      throw UsageError("--save-at needs --save-to FILE, which says where to save")
    }
    guard source != nil || destination != nil else {
      runs = names.names.map { _ in nil }
      return
    }
    let note: @Sendable (String) -> Void = { text in
      progress?.clear()
      Console.report("systole: \(text)\n")
    }
    // A signal shall save what runs.
    if destination != nil { Interruption.install() }
    let sources = Self.sources(source, names, note)
    let settings = configuration.runSettings
    runs = names.names.indices.map { run in
      SavedRun(
        source: sources[run], destination: destination.map { Self.path($0, names.distinction(of: run)) }, cycle: cycle,
        settings: settings, note: note)
    }
  }

  /// The saved run of a run; nil where it is neither saved nor gone on from.
  func saved(_ run: Int) -> SavedRun? { runs[run] }

  /// Of several runs, those that were over before they were saved have no file: they start anew.
  private static func sources(_ path: String?, _ names: RunNames, _ note: (String) -> Void) -> [String?] {
    guard let path else { return names.names.map { _ in nil } }
    let paths = names.names.indices.map { Self.path(path, names.distinction(of: $0)) }
    let areThere = paths.map { FileManager.default.fileExists(atPath: $0) }
    // Where none is there, the first is what cannot be read.
    guard areThere.contains(true) else { return paths }
    return zip(paths, areThere).map { path, isThere in
      if !isThere { note("\(path) is not there: this run starts at cycle 0") }
      return isThere ? path : nil
    }
  }

  /// `half.run` with `conv1-ws` is `half-conv1-ws.run`.
  private static func path(_ path: String, _ distinction: String?) -> String {
    guard let distinction else { return path }
    let url = URL(filePath: path)
    let ending = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
    return path.dropLast(ending.count) + "-" + distinction + ending
  }
}
