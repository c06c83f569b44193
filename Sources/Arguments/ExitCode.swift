/// What the process ends with.
public enum ExitCode: Int32, CaseIterable, Sendable {
  /// Done, and every result is right.
  case success = 0
  /// A result differs from what it is compared with.
  case differs = 1
  /// The command line, a configuration or a file is wrong.
  case usage = 2
  /// The machine cannot do it, or the program does not support it.
  case infeasible = 3
  /// The cycle limit was reached, or nothing can move any more.
  case stuck = 4
  /// A fault of the program.
  case internalFault = 70
  /// SIGINT or SIGTERM ended the run; files were closed.
  case interrupted = 130

  /// What the code says, for help texts.
  public var meaning: String {
    switch self {
    case .success: "ok"
    case .differs: "results differ"
    case .usage: "usage, configuration or file"
    case .infeasible: "infeasible or unsupported"
    case .stuck: "cycle limit or deadlock"
    case .internalFault: "internal fault"
    case .interrupted: "interrupted"
    }
  }
}
