/// A dense tensor: a shape and its elements in row-major order.
public struct Tensor<Element: Sendable>: Sendable {
  /// Extents, outermost first.
  public let shape: Shape
  /// Row-major elements; always `shape.count` of them.
  public var elements: [Element]

  /// A tensor over existing elements; `elements.count` must equal `shape.count`.
  public init(_ shape: Shape, _ elements: [Element]) {
    precondition(elements.count == shape.count, "a \(shape) tensor has \(shape.count) elements, not \(elements.count)")
    self.shape = shape
    self.elements = elements
  }

  /// A tensor whose elements are all `value`.
  public init(_ shape: Shape, repeating value: Element) {
    self.shape = shape
    self.elements = [Element](repeating: value, count: shape.count)
  }

  /// The same elements under another shape of the same count.
  public func reshaped(_ shape: Shape) -> Tensor {
    Tensor(shape, elements)
  }

  /// Every element converted by `transform`.
  public func map<Other: Sendable>(_ transform: (Element) -> Other) -> Tensor<Other> {
    Tensor<Other>(shape, elements.map(transform))
  }

  /// The element at a full index, outermost first.
  public subscript(index: Int...) -> Element {
    get { elements[offset(index)] }
    set { elements[offset(index)] = newValue }
  }

  private func offset(_ index: [Int]) -> Int {
    precondition(index.count == shape.rank, "a \(shape) tensor takes \(shape.rank) indices")
    var offset = 0
    for (axis, position) in index.enumerated() {
      precondition((0..<shape[axis]).contains(position), "index \(position) outside axis \(axis) of \(shape)")
      offset = offset * shape[axis] + position
    }
    return offset
  }
}

extension Tensor: Equatable where Element: Equatable {}
