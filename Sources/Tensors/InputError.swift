/// What is wrong with a file that was read: which file, where in it, what the limit was, and what to do about it.
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in a file.
  public enum Place: Hashable, Sendable {
    /// The file as a whole.
    case file
    /// A byte offset from the start of the file, from 0.
    case byte(Int)
    /// A line and a column of a text file, both from 1; columns count bytes.
    case line(Int, column: Int)
  }

  /// What class of fault it is, for callers that decide by it.
  public enum Kind: String, Hashable, Sendable {
    /// The file ends before what it promises.
    case cutShort
    /// Bytes follow after the end of what the file promises.
    case trailing
    /// The bytes do not follow the format.
    case malformed
    /// The format is followed, but this part of it is not supported.
    case unsupported
    /// A number is outside its limits.
    case outOfRange
    /// Something that is needed is not there.
    case missing
    /// A stored checksum does not agree with the data.
    case checksum
    /// Two things that belong together do not fit.
    case mismatch
  }

  /// The file's name as the user gave it.
  public var file: String
  /// Where in the file.
  public var place: Place
  /// The class of the fault.
  public var kind: Kind
  /// One sentence with the limit and the excess.
  public var problem: String
  /// What would be legal, or empty.
  public var remedy: String

  /// An error at a place of a file.
  public init(file: String, place: Place, kind: Kind, problem: String, remedy: String = "") {
    self.file = file
    self.place = place
    self.kind = kind
    self.problem = problem
    self.remedy = remedy
  }

  /// `file: byte 12: problem; remedy`, or `file:3:7: problem; remedy`.
  public var description: String {
    let prefix =
      switch place {
      case .file: "\(file): "
      case .byte(let offset): "\(file): byte \(offset): "
      case .line(let line, let column): "\(file):\(line):\(column): "
      }
    return prefix + problem + (remedy.isEmpty ? "" : "; " + remedy)
  }
}

/// "1 byte", "2 bytes".
func bytesPhrase(_ count: Int) -> String {
  count == 1 ? "1 byte" : "\(count) bytes"
}
