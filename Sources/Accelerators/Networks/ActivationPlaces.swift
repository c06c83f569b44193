import Tensors
import Workloads

/// Which activations share bytes: a reshape's result is its operand, and a concatenation's operands may lie in its result.
struct ActivationPlaces {
  /// Bytes of every activation.
  let bytes: [Int]
  /// The activation in whose bytes another one lies, and where in them.
  private var parents: [(activation: Int, offset: Int)?]

  init(_ network: Network) {
    bytes = network.activations.map { $0.shape.count * $0.elementType.byteCount }
    parents = bytes.map { _ in nil }
  }

  /// The activation that owns the bytes, and where they begin in its.
  func owner(of activation: Int) -> (activation: Int, offset: Int) {
    guard let parent = parents[activation] else { return (activation, 0) }
    let owner = owner(of: parent.activation)
    return (owner.activation, owner.offset + parent.offset)
  }

  /// Lays an activation, with all that lies in its bytes, into another one's bytes; false where it has a place already.
  mutating func lay(_ activation: Int, into other: Int, at offset: Int) -> Bool {
    let (own, target) = (owner(of: activation), owner(of: other))
    guard own.offset == 0, bytes[own.activation] == bytes[activation], own.activation != target.activation else {
      return false
    }
    parents[own.activation] = (target.activation, target.offset + offset)
    return true
  }
}

/// Gives activations addresses off chip: first fit over what is free, freed after the last layer that reads them.
struct ActivationAllocator {
  /// Free ranges in order of address.
  private var free: [Range<Int>]
  /// First byte behind all that was ever given out.
  private(set) var end: Int
  private let alignment: Int

  init(from first: Int, alignment: Int) {
    free = [first..<Int.max]
    end = first
    self.alignment = alignment
  }

  mutating func allocate(_ bytes: Int) -> Int {
    let needed = (max(bytes, 1) + alignment - 1) / alignment * alignment
    guard let place = free.firstIndex(where: { $0.count >= needed }) else { return end }
    let first = free[place].lowerBound
    free[place] = first + needed..<free[place].upperBound
    if free[place].isEmpty { free.remove(at: place) }
    end = max(end, first + needed)
    return first
  }

  mutating func release(_ first: Int, _ bytes: Int) {
    var range = first..<first + (max(bytes, 1) + alignment - 1) / alignment * alignment
    var place = free.firstIndex { $0.lowerBound >= range.upperBound } ?? free.endIndex
    if place < free.endIndex, free[place].lowerBound == range.upperBound {
      range = range.lowerBound..<free.remove(at: place).upperBound
    }
    if place > 0, free[place - 1].upperBound == range.lowerBound {
      place -= 1
      range = free.remove(at: place).lowerBound..<range.upperBound
    }
    free.insert(range, at: place)
  }
}
