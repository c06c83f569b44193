import Simulation
public import Tensors
import Workloads

extension NetworkRun {
  /// Runs the network on several inputs, `workers` simulations side by side; results in the order of the inputs.
  ///
  /// Each simulation is single-threaded and has a machine of its own, so results do not depend on `workers`.
  public func run(
    each inputs: [[String: AnyTensor]], workers: Int, cycleLimit: Int = .max
  ) async throws -> [NetworkResult] {
    try await sideBySide(inputs, atMost: workers) { try run($0, cycleLimit: cycleLimit) }
  }

  /// Runs every layer alone from its golden inputs, each on a machine at rest, `workers` layers side by side.
  public func runLayers(
    _ inputs: [String: AnyTensor], workers: Int, cycleLimit: Int = .max
  ) async throws -> [NetworkResult.Layer] {
    let activations = try golden.run(inputs).activations
    return try await sideBySide(Array(program.network.layers.indices), atMost: workers) { index in
      let inputs = program.network.layers[index].inputs.map { activations[$0] }
      return try run(layer: index, inputs: inputs, cycleLimit: cycleLimit)
    }
  }
}
