import Arguments
import Configuration
import Files
import Foundation
import Runs

/// Where the results of a command go: a directory if `--out` names one, and standard output.
struct RunOutput {
  /// The trace that a run leaves in the directory unasked.
  let waveform: StandardTrace?
  private let directory: OutputDirectory?
  private let printsJSON: Bool

  /// Prepares the directory: what cannot be written is better known before the work than after it.
  init(_ arguments: ParsedArguments, leavesWaveform: Bool) throws(OutputError) {
    directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
    waveform = leavesWaveform ? directory.map { StandardTrace(directory: $0.workingPath, place: $0.path) } : nil
    printsJSON = arguments.has("json")
  }

  /// Puts a report into its place and prints it; says whether all of it is right.
  func finish(_ report: some ResultReport, _ configuration: Configuration, _ inputs: InputFiles) throws -> ExitCode {
    if let directory {
      try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
      try directory.commit()
      waveform?.report()
    }
    try Console.print(printsJSON ? report.json : report.text)
    return report.isRight ? .success : .differs
  }
}

extension ParsedArguments {
  /// Runs that go side by side: what the user says, else as many as there are cores.
  var threads: Int { integer("threads") ?? ProcessInfo.processInfo.activeProcessorCount }
}
