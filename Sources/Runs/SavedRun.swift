internal import Codecs
public import Configuration
internal import Reports
public import Simulation

/// The files of one run's saved states: where it goes on from, and where it is saved.
public struct SavedRun: Sendable {
  /// The file to go on from; nil for a run from its beginning.
  public let source: String?
  /// The file that it is saved to: at `cycle`, and where a signal or the cycle limit cuts it short.
  public let destination: String?
  /// The cycle at which it is saved; it goes on then.
  public let cycle: Int?
  /// What it depends on beside layer, dataflow, memory and tensors.
  public let settings: [RunFact]
  /// Takes a line for the user.
  public let note: @Sendable (String) -> Void

  /// The files of a run.
  public init(
    source: String?, destination: String?, cycle: Int?, settings: [RunFact], note: @escaping @Sendable (String) -> Void
  ) {
    (self.source, self.destination, self.cycle) = (source, destination, cycle)
    (self.settings, self.note) = (settings, note)
  }

  /// Takes a run from its beginning to where the saved one stood; returns who saves it from there, if it is to be saved.
  func begin(_ run: inout some ResumableRun, _ facts: [RunFact]) throws -> RunSaver? {
    // The state at the beginning holds machine, tensors and schedule: whatever the settings do not say.
    let beginning = SHA256.hexadecimal(try run.checkpoint(facts: []))
    let facts =
      [RunFact("systole", systoleVersion)] + facts + settings
      + [RunFact("SHA-256 of tensors and schedule", beginning)]
    if let source {
      try SavedRunError.naming(source) { try run.resume(try InputFiles.read(source), facts: facts) }
      note("\(source): the run goes on from cycle \(run.cycle)")
    }
    guard let destination else { return nil }
    if let cycle, cycle <= run.cycle, run.cycle > 0 {
      throw SavedRunError(
        file: destination,
        problem: "the run cannot be saved at cycle \(cycle): it goes on from cycle \(run.cycle); the nearest is "
          + "\(run.cycle + 1)")
    }
    return RunSaver(path: destination, cycle: cycle, facts: facts, note: note)
  }
}

/// Saves a run to a file while it runs.
struct RunSaver {
  let path: String
  /// When it is saved, beside where it is cut short.
  let cycle: Int?
  let facts: [RunFact]
  let note: @Sendable (String) -> Void
  private var hasSaved = false

  init(path: String, cycle: Int?, facts: [RunFact], note: @escaping @Sendable (String) -> Void) {
    (self.path, self.cycle, self.facts, self.note) = (path, cycle, facts, note)
  }

  /// Replaces the file by the run as it stands.
  mutating func save(_ run: some ResumableRun) throws {
    try OutputFile.replace(path, with: try run.checkpoint(facts: facts))
    hasSaved = true
    note("\(path): saved at cycle \(run.cycle)")
  }

  /// Says what became of a file that the user waits for.
  func finish(at cycle: Int) {
    guard !hasSaved else { return }
    note(
      "\(path): nothing was saved: the run ended at cycle \(cycle)" + (self.cycle.map { ", before cycle \($0)" } ?? ""))
  }
}

/// Why a saved run cannot be gone on from.
public struct SavedRunError: Error, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong with it, and what would help.
  public let problem: String

  /// The message a user reads.
  public var description: String { "\(file): \(problem)" }

  /// Lets errors of reading a file name it.
  static func naming(_ file: String, _ read: () throws -> Void) throws {
    do {
      try read()
    } catch let error as CheckpointError {
      throw SavedRunError(file: file, problem: "\(error)")
    } catch let error as RunMismatch {
      throw SavedRunError(file: file, problem: "\(error); go on with what it was saved with")
    } catch let error as DecodingError {
      throw SavedRunError(file: file, problem: "another version of this program saved the run: \(error.sentence)")
    }
  }
}

extension DecodingError {
  /// What is wrong, without the path of types.
  fileprivate var sentence: String {
    switch self {
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context):
      context.debugDescription
    @unknown default: "\(self)"
    }
  }
}

extension RunFact {
  /// What tells a run from the others of a command.
  static func facts(layer: String?, dataflow: String, memory: String) -> [RunFact] {
    (layer.map { [RunFact("layer", $0)] } ?? []) + [RunFact("dataflow", dataflow), RunFact("memory", memory)]
  }
}

extension Configuration {
  /// What a run depends on beside its tensors: the machine, the mapping, what the search minimises.
  ///
  /// Without files, which may lie elsewhere when the run goes on, and what `--dataflow` and `--memory` choose for each run.
  public var runSettings: [RunFact] {
    let others = ["machine.dataflow", "machine.memory.device", "machine.memory.timing"]
    return entries.compactMap { entry in
      guard let value = entry.value, !others.contains(entry.path),
        ["machine.", "mapping.", "search.", "energy."].contains(where: entry.path.hasPrefix)
      else { return nil }
      return RunFact(entry.path, value.json.compactText)
    }
  }
}
