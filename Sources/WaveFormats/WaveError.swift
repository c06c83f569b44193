/// What went wrong with a waveform file, where, and what would have been right.
public struct WaveError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Where in a file something is wrong.
  public enum Place: Equatable, Sendable {
    /// The file as a whole.
    case file
    /// A line of a text file, from 1 on.
    case line(Int)
    /// A byte offset of a binary file and the block that holds it, from 0 on.
    case block(Int, offset: Int)
  }

  /// The kind of failure, for callers that react differently.
  public enum Kind: Equatable, Sendable {
    /// The operating system refused: no such directory, no permission, full disk.
    case system
    /// The file's content is not what its format says.
    case format
    /// The caller asked for something that cannot be done.
    case usage
  }

  /// The file, as the user named it.
  public let file: String
  /// Where in the file.
  public let place: Place
  /// Kind of failure.
  public let kind: Kind
  /// One sentence with the numbers that matter.
  public let message: String

  /// An error by its parts.
  public init(file: String, place: Place = .file, kind: Kind, _ message: String) {
    self.file = file
    self.place = place
    self.kind = kind
    self.message = message
  }

  /// `file:line: message` or `file: block 3, offset 0x1f0: message`.
  public var description: String {
    switch place {
    case .file: "\(file): \(message)"
    case .line(let line): "\(file):\(line): \(message)"
    case .block(let block, let offset): "\(file): block \(block), offset \(offset): \(message)"
    }
  }
}
