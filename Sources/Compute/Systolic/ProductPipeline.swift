/// The registers behind the multipliers of an array: none for a MAC of one stage, else one a PE and further stage.
struct ProductPipeline: Sendable, Codable {
  /// Committed registers, the oldest products last.
  private(set) var stages: [[Int32]]
  /// What enters the first stage at the end of this step.
  var entering: [Int32]

  init(_ grid: SystolicGrid) {
    let products = [Int32](repeating: 0, count: grid.peCount)
    stages = [[Int32]](repeating: products, count: grid.macStages - 1)
    entering = stages.isEmpty ? [] : products
  }

  var isEmpty: Bool { stages.isEmpty }

  /// The products that reach the adders in this step; there must be a stage.
  var leaving: [Int32] { stages[stages.count - 1] }

  /// The clock edge.
  mutating func commit() {
    guard !stages.isEmpty else { return }
    for stage in stride(from: stages.count - 1, to: 0, by: -1) { stages.swapAt(stage, stage - 1) }
    swap(&stages[0], &entering)
  }
}
