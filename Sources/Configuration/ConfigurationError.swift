/// A line and a column of a text file, both counted from 1; columns count Unicode scalars.
public struct SourcePosition: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Line, from 1.
  public var line: Int
  /// Column, from 1.
  public var column: Int

  /// A position.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// `line:column`, as compilers print it.
  public var description: String { "\(line):\(column)" }

  /// Order of appearance.
  public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// What is wrong with a configuration: where it stands, which key, which limit, and the nearest legal value.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What class of fault it is, for callers that decide by it.
  public enum Kind: String, Hashable, Sendable {
    case syntax, encoding, nesting, duplicateKey, unknownKey, wrongType, outOfRange, missing, reference, override
  }

  /// The file as the user named it, or `--set key=value` for an override.
  public var file: String
  /// Where in the file, if it is about one place.
  public var position: SourcePosition?
  /// The class of the fault.
  public var kind: Kind
  /// One sentence: what is wrong, the limit, the excess.
  public var problem: String
  /// What would be legal, or empty.
  public var remedy: String

  /// An error at a place.
  public init(file: String, position: SourcePosition?, kind: Kind, problem: String, remedy: String = "") {
    self.file = file
    self.position = position
    self.kind = kind
    self.problem = problem
    self.remedy = remedy
  }

  /// `file:3:7: problem; remedy`.
  public var description: String {
    let place = position.map { "\(file):\($0): " } ?? "\(file): "
    return place + problem + (remedy.isEmpty ? "" : "; " + remedy)
  }
}
