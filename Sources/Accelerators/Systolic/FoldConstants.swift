import Compute
import Mappings

/// What edges and feet need in every step of the fold that streams, decided with its first vector.
struct StreamedFold: Sendable, Codable {
  /// Lanes in use at the west edge, and on OS at the north edge.
  var westLanes = 0
  var northLanes = 0
  /// What becomes of its psums.
  var psums = FoldPsums.none
}

/// What the north edge needs in every step of the fold that loads its stationary operand, decided with its first row.
struct LoadedFold: Sendable, Codable {
  /// Rows that hold an operand; those below are filled up with zeros.
  var rows = 0
  /// Lanes in use at the north edge.
  var lanes = 0
}
