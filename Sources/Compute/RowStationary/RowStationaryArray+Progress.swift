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
    let (pe, pipeline) = (pes[number], pipeline(of: number))
    return RowStationaryProgress(
      passesLeft: Int(pe.passesLeft), rowsLeft: Int(pe.rowsLeft), windowsLeft: Int(pe.windowsLeft),
      issued: Int(pe.weight) + (pe.phase == .off ? 0 : Int(pipeline.filter)),
      stage1: .init(pipeline.operation1), stage2: .init(pipeline.operation2))
  }

  /// The data path of a PE in the cycle that begins with this state.
  func pipeline(of number: Int) -> PEPipeline {
    var pipeline = pes[number].pipeline
    let words = PEWords(layer, pes[number], number)
    pipeline.advance(edge - pipeline.edge, shape.arithmetic, layer, words, operands.span, psums.span)
    return pipeline
  }

  /// The psum that stage 3 of a PE adds to in the cycle that begins with this state.
  func psum(of number: Int) -> Int32 {
    var stretch = Array(psums[number * layer.psums..<(number + 1) * layer.psums])
    // A PE with no neighbours: its stretch begins at 0.
    var words = PEWords(layer, pes[number], 0)
    words.operands = number * layer.operands
    var psums = stretch.mutableSpan
    let last = pes[number].pipeline
    last.retire(edge - last.edge, shape.arithmetic, layer, words, operands.span, &psums)
    return psums[Int(pipeline(of: number).filter2)]
  }
}

extension RowStationaryProgress.Stage {
  init(_ operation: RowStationaryPE.Operation) {
    switch operation {
    case .none: self = .none
    case .mac: self = .mac
    case .gated: self = .gated
    case .accumulate, .accumulateLast: self = .accumulation
    }
  }
}
