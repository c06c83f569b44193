public import Tensors
import Workloads

extension NetworkRun {
  /// Runs the network on several inputs, `workers` simulations side by side; results in the order of the inputs.
  ///
  /// Each simulation is single-threaded and has a machine of its own, so results do not depend on `workers`.
  public func run(
    each inputs: [[String: AnyTensor]], workers: Int, cycleLimit: Int = .max
  ) async throws -> [NetworkResult] {
    try await sideBySide(inputs, workers: workers) { try run($0, cycleLimit: cycleLimit) }
  }

  /// Runs every layer alone from its golden inputs, each on a machine at rest, `workers` layers side by side.
  public func runLayers(
    _ inputs: [String: AnyTensor], workers: Int, cycleLimit: Int = .max
  ) async throws -> [NetworkResult.Layer] {
    let activations = try golden.run(inputs).activations
    return try await sideBySide(Array(program.network.layers.indices), workers: workers) { index in
      let inputs = program.network.layers[index].inputs.map { activations[$0] }
      return try run(layer: index, inputs: inputs, cycleLimit: cycleLimit)
    }
  }
}

/// Maps items in tasks of their own, at most `workers` at a time; results in the order of the items.
private func sideBySide<Item: Sendable, Result: Sendable>(
  _ items: [Item], workers: Int, _ body: @escaping @Sendable (Item) throws -> Result
) async throws -> [Result] {
  try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var results = [Result?](repeating: nil, count: items.count)
    var next = 0
    func addTask() {
      let (index, item) = (next, items[next])
      group.addTask { (index, try body(item)) }
      next += 1
    }
    while next < min(max(1, workers), items.count) { addTask() }
    while let (index, result) = try await group.next() {
      results[index] = result
      if next < items.count { addTask() }
    }
    return results.compactMap { $0 }
  }
}
