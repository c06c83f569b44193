/// Why the numbers of a layer do not describe one that hardware can compute.
public struct LayerError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, with the numbers that matter.
  public enum Problem: Equatable, Sendable {
    /// An extent, stride, dilation or group count below its least value.
    case belowMinimum(parameter: String, value: Int, minimum: Int)
    /// A number above what the model counts with.
    case aboveMaximum(parameter: String, value: Int, maximum: Int)
    /// Channels or filters that the groups do not divide.
    case groupsDoNotDivide(parameter: String, value: Int, groups: Int)
    /// A dilated filter larger than the padded ifmap.
    case filterExceedsIfmap(axis: String, filter: Int, paddedIfmap: Int)
    /// A tensor with more elements than the model counts with.
    case tooManyElements(tensor: String, maximum: Int)
    /// A tensor handed over with another shape than the layer's.
    case shapeMismatch(tensor: String, given: [Int], expected: [Int])
  }

  /// The layer's name.
  public var layer: String
  /// What is wrong with it.
  public var problem: Problem

  /// An error of the layer of that name.
  public init(layer: String, problem: Problem) {
    self.layer = layer
    self.problem = problem
  }

  /// The message a user reads.
  public var description: String {
    "layer \(layer): " + problem.description
  }
}

extension LayerError.Problem: CustomStringConvertible {
  /// The message a user reads.
  public var description: String {
    switch self {
    case .belowMinimum(let parameter, let value, let minimum):
      "\(parameter) is \(value), \(minimum - value) below the least legal value \(minimum)"
    case .aboveMaximum(let parameter, let value, let maximum):
      "\(parameter) is \(value), \(value - maximum) above the largest legal value \(maximum)"
    case .groupsDoNotDivide(let parameter, let value, let groups):
      "\(groups) groups do not divide \(value) \(parameter): \(value % groups) left over; "
        + "nearest legal: \(max(1, value / groups) * groups) \(parameter)"
    case .filterExceedsIfmap(let axis, let filter, let paddedIfmap):
      "the dilated filter is \(filter) in \(axis), \(filter - paddedIfmap) more than the padded ifmap's "
        + "\(paddedIfmap); pad by \(filter - paddedIfmap) more or take a smaller filter"
    case .tooManyElements(let tensor, let maximum):
      "the \(tensor) has more than \(maximum) elements"
    case .shapeMismatch(let tensor, let given, let expected):
      "the \(tensor) is \(given.map(String.init).joined(separator: "x")), "
        + "not \(expected.map(String.init).joined(separator: "x"))"
    }
  }
}
