public import Configuration
public import Mappings

extension EnergyTable {
  /// The table of costs that a configuration gives.
  public init(_ configuration: Configuration) {
    func cost(_ key: String) -> Double { configuration.number("energy.\(key)") }
    self.init(
      name: configuration.string("energy.name"), unit: configuration.string("energy.unit"),
      source: configuration.string("energy.source"), wordBits: configuration.integer("energy.word_bits"),
      dram: cost("dram"), globalBuffer: cost("global_buffer"), array: cost("array"), spad: cost("spad"),
      mac8: cost("mac8"), mac16: cost("mac16"))
  }
}
