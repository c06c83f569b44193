/// Why a network file cannot be used, and where in it the reason lies.
public struct NetworkError: Error, Equatable, CustomStringConvertible {
  /// What kind of reason: it decides the exit code of a command.
  public enum Kind: String, Sendable {
    /// The bytes are not a well-formed file of the format.
    case malformed
    /// The file is well formed and contradicts itself, the standard or its inputs.
    case inconsistent
    /// The file is fine and asks for what this model does not do.
    case unsupported
  }

  /// Where in the file.
  public enum Place: Equatable, Sendable {
    case file
    /// Bytes from the beginning of the file.
    case offset(Int)
    /// A node by its label.
    case node(String)
    /// A tensor by its name.
    case tensor(String)
  }

  /// What kind of reason.
  public var kind: Kind
  /// The file's name as the user gave it.
  public var file: String
  /// Where in the file.
  public var place: Place
  /// What is wrong, with the numbers that matter.
  public var problem: String

  /// An error; see the properties.
  public init(_ kind: Kind, file: String, at place: Place = .file, _ problem: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.problem = problem
  }

  /// The message a user reads.
  public var description: String {
    switch place {
    case .file: "\(file): \(problem)"
    case .offset(let offset): "\(file): byte \(offset): \(problem)"
    case .node(let node): "\(file): node \(node): \(problem)"
    case .tensor(let tensor): "\(file): tensor \(tensor): \(problem)"
    }
  }
}
