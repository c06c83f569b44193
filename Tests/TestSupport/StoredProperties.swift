/// Every stored property of a value and of all it holds, by path: what a saved run must not miss.
public struct StoredProperties: Sendable {
  /// Paths with a leaf's value as text, in declaration order: `folds.step = 17`.
  public private(set) var leaves: [String] = []

  /// Walks a value. Arrays longer than `longest` count as one leaf, of which every element still shows.
  public init(of value: Any, longest: Int = 64) {
    walk(value, "", longest)
  }

  private mutating func walk(_ value: Any, _ path: String, _ longest: Int) {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .collection, mirror.children.count > longest {
      leaves.append("\(path) = \(value)")
      return
    }
    // A class counts by what it holds; an optional and an enumeration by their case.
    if mirror.children.isEmpty || mirror.displayStyle == .enum {
      leaves.append("\(path) = \(value)")
    }
    for (position, child) in mirror.children.enumerated() {
      walk(child.value, "\(path).\(child.label ?? String(position))", longest)
    }
  }

  /// The first property that differs from the other value's; nil if none does.
  public func firstDifference(from other: StoredProperties) -> String? {
    for (left, right) in zip(leaves, other.leaves) where left != right {
      return "\(left.prefix(200)), but \(right.prefix(200))"
    }
    return leaves.count == other.leaves.count ? nil : "\(leaves.count) properties, but \(other.leaves.count)"
  }
}
