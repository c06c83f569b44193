/// What a trace run is to do: the options of `systole dram`.
public struct DRAMTraceOptions: Sendable {
  /// Device with timing and organisation.
  public var device: DRAMSpecification
  /// Mapping string, or the name of one that comes with the device (`A`, `B`); nil for the device's default.
  public var mapping: String?
  /// Queues and policies.
  public var controller = ControllerOptions()
  /// Whether the independent checker watches.
  public var checks = false

  /// Options for a device, all others default.
  public init(device: DRAMSpecification) { self.device = device }

  /// The mapping that these options mean.
  public func addressMapping() throws(DRAMError) -> AddressMapping {
    guard let mapping else { return try AddressMapping(device.defaultMapping, for: device.organisation) }
    return try AddressMapping(device.mappings[mapping] ?? mapping, for: device.organisation)
  }
}
