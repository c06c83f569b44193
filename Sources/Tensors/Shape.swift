/// The extents of a dense tensor, outermost dimension first (row-major order, as in `.npy` and ONNX).
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// Extents, outermost first. A scalar has none.
  public let dimensions: [Int]

  /// A shape of the given extents, each 0 or more.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "a shape has no negative extent")
    self.dimensions = dimensions
  }

  /// A shape written as a literal: `[1, 3, 28, 28]`.
  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// Number of dimensions.
  public var rank: Int { dimensions.count }

  /// Number of elements: the product of all extents (1 for a scalar).
  public var count: Int { dimensions.reduce(1, *) }

  /// Distance in elements between neighbours along each dimension.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  /// Where an element lies, outermost dimension first, from its place in row-major order.
  public func coordinates(of element: Int) -> [Int] {
    var rest = element
    return strides.map { stride in
      defer { rest %= stride }
      return rest / stride
    }
  }

  /// The extent of one dimension.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// As a user writes it: `1x6x28x28`, or `scalar`.
  public var description: String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }
}
