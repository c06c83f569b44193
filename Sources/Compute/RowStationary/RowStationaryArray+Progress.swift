/// How far one PE of a row-stationary array is with its assignment: enough to say which tensor element each register holds.
public struct RowStationaryProgress: Sendable, Equatable {
  /// What a pipeline register holds.
  public enum Stage: Sendable, Equatable {
    /// Nothing, a MAC, a MAC whose ifmap word is 0, or the addition of a psum from below.
    case none, mac, gated, accumulation
  }

  /// Passes left, this one included; 0 when the assignment is done.
  public let passesLeft: Int
  /// Ifmap rows left in this pass, and windows left in this row, these included.
  public let rowsLeft, windowsLeft: Int
  /// Operations of this window that were issued: MACs (tap by tap, channel by channel, filter by filter), then additions.
  public let issued: Int
  /// The operation behind the spads, issued last, and the one behind the multiplier, issued before it.
  public let stage1, stage2: Stage
}

extension RowStationaryArray {
  /// How far a PE is in the cycle that begins with this state.
  public func progress(of number: Int) -> RowStationaryProgress {
    let pe = pes[number]
    return RowStationaryProgress(
      passesLeft: Int(pe.passesLeft), rowsLeft: Int(pe.rowsLeft), windowsLeft: Int(pe.windowsLeft),
      issued: Int(pe.weight) + (pe.phase == .off ? 0 : Int(lanes[.filter, number])),
      stage1: .init(lanes[.operation1, number]), stage2: .init(lanes[.operation2, number]))
  }
}

extension RowStationaryProgress.Stage {
  init(_ operation: UInt8) {
    switch RowStationaryPE.Operation(rawValue: operation) {
    case nil, .some(.none): self = .none
    case .mac: self = .mac
    case .gated: self = .gated
    case .accumulate, .accumulateLast: self = .accumulation
    }
  }
}
