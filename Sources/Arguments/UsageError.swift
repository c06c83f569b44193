/// What is wrong with a command line: which word, and what would be legal.
public struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence with the limit and the excess.
  public var problem: String
  /// What would be legal, or empty.
  public var remedy: String

  /// A fault of the command line.
  public init(_ problem: String, remedy: String = "") {
    self.problem = problem
    self.remedy = remedy
  }

  /// `problem; remedy`.
  public var description: String { problem + (remedy.isEmpty ? "" : "; " + remedy) }
}
