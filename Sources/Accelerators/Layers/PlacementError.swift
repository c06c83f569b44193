public import Memory

/// The tensors of a layer do not fit the machine's memory.
public struct PlacementError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// Bytes of all its tensors, aligned.
  public let neededBytes: Int
  /// The memory.
  public let memory: OffChipMemory.Spec

  /// A layer that needs more than a memory holds.
  public init(layer: String, neededBytes: Int, memory: OffChipMemory.Spec) {
    (self.layer, self.neededBytes, self.memory) = (layer, neededBytes, memory)
  }

  /// The message a user reads.
  public var description: String {
    let available = memory.capacityBytes
    let missing = neededBytes - available
    let start = "layer \(layer): its tensors: \(neededBytes) bytes needed, "
    switch memory.kind {
    case .ideal:
      return start
        + "machine.memory.capacity_bytes gives \(available), \(missing) bytes too few; the least legal value is "
        + "\(neededBytes)"
    case .dram(let spec):
      let channels = spec.device.organisation.channels
      let each = available / channels
      let least = (0..<62).lazy.map { 1 << $0 }.first { $0 >= neededBytes / each + (neededBytes % each == 0 ? 0 : 1) }
      return start
        + "\(spec.device.name) as machine.memory.device gives \(available), \(missing) bytes too few; the least "
        + "legal machine.memory.channels is \(least ?? channels)"
    }
  }
}
