/// Something that a run depends on and that must be the same where a saved one goes on: `machine.array.rows`, `16`.
public struct RunFact: Sendable, Equatable {
  /// What it is, as a user knows it.
  public let name: String
  /// Its value as a text.
  public let value: String

  /// A fact by its name and its value.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A saved run and a run that shall go on from it differ: in which fact first.
public struct RunMismatch: Error, Equatable, CustomStringConvertible {
  /// What differs.
  public let name: String
  /// Its value when the run was saved, nil if nothing was said of it, and its value here.
  public let saved, here: String?

  /// The first fact in which two runs differ; nil if they agree in all.
  init?(saved: [RunFact], here: [RunFact]) {
    let names = saved.map(\.name) + here.map(\.name)
    func value(_ name: String, in facts: [RunFact]) -> String? { facts.first { $0.name == name }?.value }
    guard let name = names.first(where: { value($0, in: saved) != value($0, in: here) }) else { return nil }
    self.name = name
    (self.saved, self.here) = (value(name, in: saved), value(name, in: here))
  }

  /// The message a user reads.
  public var description: String {
    "it was saved with \(name) = \(saved ?? "nothing"), this run has \(here ?? "nothing")"
  }
}
