import Memory
import Workloads

/// Addresses off chip that a user gives to some tensors; the others follow behind the last of them.
public struct TensorAddresses: Sendable, Equatable {
  /// First bytes.
  public var ifmap, filter, bias, ofmap: Int?

  /// Addresses by tensor; none by default.
  public init(ifmap: Int? = nil, filter: Int? = nil, bias: Int? = nil, ofmap: Int? = nil) {
    (self.ifmap, self.filter, self.bias, self.ofmap) = (ifmap, filter, bias, ofmap)
  }
}

/// Where the tensors of a layer lie off chip, each at a multiple of a memory beat.
struct TensorPlacement {
  /// Bytes that every address is a multiple of.
  static let alignment = 64

  private(set) var ifmap = 0
  private(set) var filter = 0
  private(set) var bias: Int?
  private(set) var parameters = 0
  private(set) var ofmap = 0
  /// Name and bytes of each tensor.
  private var tensors: [(name: String, bytes: Range<Int>)] = []
  /// First byte behind all of them.
  private(set) var end = 0

  /// Bytes of each tensor; a bias of 0 bytes has no place.
  init(ifmap: Int, filter: Int, bias: Int, parameters: Int, ofmap: Int, at addresses: TensorAddresses) {
    let given = [
      (addresses.ifmap, ifmap), (addresses.filter, filter), (addresses.bias, bias), (addresses.ofmap, ofmap),
    ]
    for case (let address?, let bytes) in given { end = max(end, address + bytes) }
    self.ifmap = place("ifmap", ifmap, at: addresses.ifmap)
    self.filter = place("filter", filter, at: addresses.filter)
    if bias > 0 { self.bias = place("bias", bias, at: addresses.bias) }
    self.parameters = place("parameters", parameters, at: nil)
    self.ofmap = place("ofmap", ofmap, at: addresses.ofmap)
  }

  private mutating func place(_ name: String, _ bytes: Int, at given: Int?) -> Int {
    let address = given ?? (end + Self.alignment - 1) / Self.alignment * Self.alignment
    if bytes > 0 { tensors.append((name, address..<address + bytes)) }
    end = max(end, (address + bytes + Self.alignment - 1) / Self.alignment * Self.alignment)
    return address
  }

  /// Throws `PlacementError` if the tensors do not fit a memory, `PlacementConflict` if they cannot lie where they shall.
  func check(layer: String, memory: OffChipMemory.Spec) throws {
    for (name, bytes) in tensors where bytes.lowerBound % Self.alignment != 0 {
      throw PlacementConflict(layer: layer, tensor: name, bytes: bytes, other: nil)
    }
    for (index, (name, bytes)) in tensors.enumerated() {
      if let other = tensors[..<index].first(where: { $0.bytes.overlaps(bytes) }) {
        throw PlacementConflict(layer: layer, tensor: name, bytes: bytes, other: other)
      }
    }
    guard end <= memory.capacityBytes else {
      throw PlacementError(layer: layer, neededBytes: end, memory: memory)
    }
  }
}

/// Tensors that cannot lie where a user wants them.
public struct PlacementConflict: Error, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// The tensor that is in the wrong place, and its bytes.
  public let tensor: String
  /// Its bytes.
  public let bytes: Range<Int>
  /// The tensor that lies there; nil where the address itself is wrong.
  public let other: (name: String, bytes: Range<Int>)?

  /// The message a user reads.
  public var description: String {
    let start = "layer \(layer): mapping.\(tensor)_address is \(bytes.lowerBound)"
    guard let other else {
      let below = bytes.lowerBound / TensorPlacement.alignment * TensorPlacement.alignment
      return start
        + ", no multiple of the memory port's \(TensorPlacement.alignment) bytes; nearest legal values: \(below) and "
        + "\(below + TensorPlacement.alignment)"
    }
    let shared = bytes.clamped(to: other.bytes).count
    let alignment = TensorPlacement.alignment
    return start + ": its bytes \(bytes.lowerBound) to \(bytes.upperBound - 1) overlap those of the \(other.name), "
      + "\(other.bytes.lowerBound) to \(other.bytes.upperBound - 1), by \(shared); the next free address behind it is "
      + "\((other.bytes.upperBound + alignment - 1) / alignment * alignment)"
  }
}
