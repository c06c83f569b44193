public import Workloads

/// Finds the mapping of least cost for any convolution or fully connected layer on any row-stationary chip.
///
/// The space: every p, q, r and t that fits; e, n and m as even cuts of the ofmap's rows, of the batch and of a group's
/// filters, m rounded up to whole passes as well. The search passes over nothing but what a lower bound rules out, so the
/// result is the least of the space; among equals the one whose passes are fewest and whose parameters come first. It is the
/// same in every run.
public struct RowStationarySearch: Sendable {
  /// What is minimised; the other one decides among equals.
  public enum Objective: String, CaseIterable, Sendable, Codable {
    /// Core cycles of processing, ifmap loads and ofmap dumps.
    case cycles
    /// Energy of all accesses and MACs.
    case energy
  }

  /// The chip's capacities.
  public var resources: RowStationaryResources
  /// The chip's bandwidths.
  public var rates: RowStationaryRates
  /// What is minimised.
  public var objective: Objective
  /// What an access costs.
  public var energyTable: EnergyTable

  /// A search on a chip.
  public init(
    on resources: RowStationaryResources = .eyeriss, rates: RowStationaryRates = .eyeriss,
    objective: Objective = .cycles,
    energyTable: EnergyTable = .relative
  ) {
    (self.resources, self.rates) = (resources, rates)
    (self.objective, self.energyTable) = (objective, energyTable)
  }

  /// A mapping's cost; lower is better, first number first.
  public struct Cost: Sendable, Equatable, Comparable {
    /// What is minimised.
    public let primary: Double
    /// The other objective.
    public let secondary: Double
    /// Passes of the layer.
    public let passes: Int

    /// The cheaper one comes first.
    public static func < (left: Cost, right: Cost) -> Bool {
      (left.primary, left.secondary, left.passes) < (right.primary, right.secondary, right.passes)
    }
  }

  /// The cost of a mapping, whoever made it.
  public func cost(of mapping: RowStationaryMapping) -> Cost {
    RowStationaryEvaluator(mapping.layer, resources, rates).cost(mapping.parameters, self)
  }

  /// The best mapping of a layer.
  ///
  /// Throws the error of the smallest mapping if not even that fits: a GLB that cannot hold one ofmap row, a spad of no word.
  public func mapping(of layer: ConvolutionLayer) throws(RowStationaryMappingError) -> RowStationaryMapping {
    var walk = RowStationarySearchWalk(self, layer)
    walk.run()
    return try RowStationaryMapping(layer, walk.best ?? walk.smallest, on: resources)
  }
}

extension RowStationaryEvaluator {
  func cost(
    _ parameters: RowStationaryMapping.Parameters, _ search: RowStationarySearch
  ) -> RowStationarySearch.Cost {
    let counts = counts(parameters)
    let cycles = Double(estimate(parameters, counts).totalCycles)
    let energy = energy(counts, search)
    return search.objective == .cycles
      ? .init(primary: cycles, secondary: energy, passes: counts.passes)
      : .init(primary: energy, secondary: cycles, passes: counts.passes)
  }

  /// At most the primary cost of any mapping with these e, p, q, r, t.
  func leastCost(
    _ parameters: RowStationaryMapping.Parameters, _ search: RowStationarySearch
  ) -> Double {
    let counts = counts(parameters)
    return search.objective == .cycles ? Double(leastCycles(counts)) : energy(counts, search)
  }

  private func energy(_ counts: RowStationaryCounts, _ search: RowStationarySearch) -> Double {
    counts.energy(
      search.energyTable, operandBits: 8 * resources.operandBytes, psumBits: 8 * resources.psumBytes)
  }
}
