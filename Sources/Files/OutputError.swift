internal import Foundation

/// Why something cannot be written: which path, what was attempted, and what to do.
public struct OutputError: FileFailure, Hashable, Sendable, CustomStringConvertible {
  /// What class of fault it is, for callers that decide by it.
  public enum Kind: String, Hashable, Sendable {
    /// The place is taken by something that is not ours to replace.
    case occupied
    /// The system refused.
    case refused
    /// The disk is full.
    case full
  }

  /// The path as the user gave it.
  public var path: String
  /// The class of the fault.
  public var kind: Kind
  /// One sentence.
  public var problem: String
  /// What would help, or empty.
  public var remedy: String

  /// `path: problem; remedy`.
  public var description: String { "\(path): \(problem)" + (remedy.isEmpty ? "" : "; \(remedy)") }

  init(path: String, kind: Kind, problem: String, remedy: String = "") {
    self.path = path
    self.kind = kind
    self.problem = problem
    self.remedy = remedy
  }

  /// What the system says about an attempt.
  public init(path: String, attempt: String, code: Int32) {
    self.path = path
    kind = code == ENOSPC || code == EDQUOT ? .full : .refused
    let reason = unsafe String(cString: strerror(code))
    problem = "\(attempt): \(reason.lowercased())"
    remedy = kind == .full ? "free some space, or trace fewer signals or a shorter window" : ""
  }
}
