/// The PEs of a systolic array: how many, and what each is made of. Fixed when the array is built.
public struct SystolicGrid: Sendable, Codable, Equatable {
  /// PE rows: the reduction runs down them, or (output stationary) they hold ofmap positions.
  public var rows: Int
  /// PE columns: each has its psums at its foot.
  public var columns: Int
  /// Pipeline stages of a MAC: 1 multiplies and adds in one cycle, each further one is a register behind the multiplier.
  public var macStages: Int
  /// A second register a PE: for the next stationary operand, or (output stationary) for results on their way out.
  public var isDoubleBuffered: Bool

  /// A grid by its parts.
  public init(rows: Int, columns: Int, macStages: Int, isDoubleBuffered: Bool) {
    precondition(rows > 0 && columns > 0 && macStages > 0, "an array has PEs")
    self.rows = rows
    self.columns = columns
    self.macStages = macStages
    self.isDoubleBuffered = isDoubleBuffered
  }

  var peCount: Int { rows * columns }
}
