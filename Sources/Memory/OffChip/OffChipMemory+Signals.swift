public import Signals

extension OffChipMemory {
  /// The port's side of the memory.
  public var declarations: [SignalDeclaration] { ideal?.declarations ?? dram?.declarations ?? [] }

  /// The channels of a DRAM, a block each.
  public func channelBlocks(clockDomain: Int) -> [BlockDeclaration] {
    (dram?.channels ?? []).enumerated().map { number, channel in
      BlockDeclaration(scope: "memory.channel_\(number)", columns: channel.declarations, clockDomain: clockDomain)
    }
  }

  /// Hands the values of one column of the port's side to the sampler.
  public mutating func read(column: Int, into sampler: inout SignalSampler) {
    ideal?.read(column: column, into: &sampler)
    dram?.read(column: column, into: &sampler)
  }

  /// Hands the values of one column of a channel to the sampler.
  public mutating func read(channel: Int, column: Int, into sampler: inout SignalSampler) {
    dram?.channels[channel].read(column: column, into: &sampler)
  }
}
