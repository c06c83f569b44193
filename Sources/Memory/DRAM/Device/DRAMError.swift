/// What is wrong with a user's device, timing file, mapping, trace or command file.
///
/// The text says where, which limit is broken, by how much, and the nearest legal value.
public struct DRAMError: Error, CustomStringConvertible, Equatable {
  /// File and line, key, or option; empty where there is none.
  public let place: String
  /// What is wrong, with numbers.
  public let problem: String

  /// An error by its parts.
  public init(_ problem: String, at place: String = "") {
    self.place = place
    self.problem = problem
  }

  /// The message a user reads.
  public var description: String {
    place.isEmpty ? problem : "\(place): \(problem)"
  }

  /// The same error seen from a file: `file` goes before the place.
  package func inside(_ file: String) -> DRAMError {
    DRAMError(problem, at: place.isEmpty ? file : "\(file): \(place)")
  }
}

/// The name closest to a misspelt one, for "did you mean"; one that is cut short counts as near, too.
package func nearestName(to name: String, among names: [String]) -> String? {
  let wanted = Array(name.lowercased().utf8)
  func distance(_ name: String) -> Int {
    min(editDistance(wanted, name), editDistance(wanted, String(name.prefix(wanted.count))) + 1)
  }
  return names.min { distance($0) < distance($1) }
}

private func editDistance(_ wanted: [UInt8], _ name: String) -> Int {
  let other = Array(name.lowercased().utf8)
  guard wanted.count <= 64, other.count <= 64 else { return abs(wanted.count - other.count) }
  var row = Array(0...other.count)
  for (line, letter) in wanted.enumerated() {
    var diagonal = row[0]
    row[0] = line + 1
    for (place, candidate) in other.enumerated() {
      let substituted = diagonal + (letter == candidate ? 0 : 1)
      diagonal = row[place + 1]
      row[place + 1] = min(substituted, row[place] + 1, diagonal + 1)
    }
  }
  return row[other.count]
}
