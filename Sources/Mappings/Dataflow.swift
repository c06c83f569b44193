/// A class of mappings, named after the operand that stays in the PEs.
public enum Dataflow: String, CaseIterable, Sendable, Codable {
  /// Filters stay, ifmaps stream through, psums climb down the columns.
  case weightStationary = "ws"
  /// Psums stay, ifmaps and filters stream through.
  case outputStationary = "os"
  /// Ifmaps stay, filters stream through, psums climb down the columns.
  case inputStationary = "is"

  /// The field's name for it.
  public var title: String {
    switch self {
    case .weightStationary: "weight stationary"
    case .outputStationary: "output stationary"
    case .inputStationary: "input stationary"
    }
  }
}
