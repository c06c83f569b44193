public import Simulation

/// Everything that makes a device: its standard's rules, its timing, its organisation, and named address mappings.
///
/// A value of this type is legal: it can only be made from sets that do not contradict themselves.
public struct DRAMSpecification: Hashable, Sendable {
  /// Name as the user writes it: `ddr4-2400`.
  public let name: String
  /// The family with its rules.
  public let standard: DRAMStandard
  /// Timing in cycles, derived parameters filled in.
  public let timing: DRAMTiming
  /// Timing as it was given: what the checker derives the rest from, on its own.
  let stated: DRAMTiming
  /// Channels, ranks, banks, rows, columns.
  public let organisation: DRAMOrganisation
  /// Mappings that come with the device, by name: `A`, `B`.
  public let mappings: [String: String]
  /// The mapping used when the user names none.
  public let defaultMapping: String

  /// A device by its parts, checked.
  public init(
    name: String, standard: DRAMStandard, timing: DRAMTiming, organisation: DRAMOrganisation,
    mappings: [String: String] = [:], defaultMapping: String = "RoBaBgCo"
  ) throws(DRAMError) {
    try organisation.validate()
    try timing.validate(for: standard)
    self.name = name
    self.standard = standard
    self.timing = timing.filled()
    stated = timing
    self.organisation = organisation
    self.mappings = mappings
    self.defaultMapping = defaultMapping
  }

  /// Rules that bind this device: those whose parameters it has and whose scope exists in its organisation.
  public var rules: [TimingRule] {
    standard.rules.filter { rule in
      let hasParameters = (rule.delay.added + rule.delay.subtracted).allSatisfy { timing[$0] != nil }
      let hasScope = rule.scope != .otherRanks || (organisation.ranks > 1 && !organisation.ranksOwnTheirBus)
      return hasParameters && hasScope && rule.delay.cycles(timing) > 0
    }
  }

  /// Whether single banks can be refreshed.
  public var refreshesSingleBanks: Bool { timing[.tRFCpb] != nil && rules.contains { $0.first == .refreshBank } }

  /// Bytes per second that all data buses together can move.
  public var peakBytesPerSecond: Double {
    let buses = organisation.channels * (organisation.ranksOwnTheirBus ? organisation.ranks : 1)
    return Double(buses * organisation.burstBytes) / (Double(timing.count(.BLc)) * timing.tCK * 1e-9)
  }

  /// The device's clock, exact to a femtosecond in ten periods: 1/1.2 ns is 2500000/3 fs.
  public var clock: ClockPeriod {
    let femtoseconds = timing.tCK * 1e6
    let denominator =
      (1...9).first { abs((femtoseconds * Double($0)).rounded() - femtoseconds * Double($0)) < 0.01 } ?? 10
    return ClockPeriod(
      femtoseconds: UInt64((femtoseconds * Double(denominator)).rounded()), dividedBy: UInt64(denominator))
  }

  /// The same device with other timing, checked again.
  public func with(timing: DRAMTiming) throws(DRAMError) -> DRAMSpecification {
    try DRAMSpecification(
      name: name, standard: standard, timing: timing, organisation: organisation, mappings: mappings,
      defaultMapping: defaultMapping)
  }

  /// The same device with so many channels; bursts go round them in turn unless a mapping says otherwise.
  public func with(channels: Int) throws(DRAMError) -> DRAMSpecification {
    var organisation = organisation
    organisation.channels = channels
    func spread(_ mapping: String) -> String { mapping.contains("Ch") || channels == 1 ? mapping : mapping + "Ch" }
    return try DRAMSpecification(
      name: name, standard: standard, timing: stated, organisation: organisation,
      mappings: mappings.mapValues(spread), defaultMapping: spread(defaultMapping))
  }

  /// The same device with another organisation, checked again.
  public func with(organisation: DRAMOrganisation) throws(DRAMError) -> DRAMSpecification {
    try DRAMSpecification(
      name: name, standard: standard, timing: stated, organisation: organisation, mappings: mappings,
      defaultMapping: defaultMapping)
  }
}

extension DRAMSpecification: Codable {
  private enum CodingKeys: CodingKey { case name, standard, timing, organisation, mappings, defaultMapping }

  /// Reads a saved device; throws `DRAMError` if it contradicts itself.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let name = try values.decode(String.self, forKey: .standard)
    guard let standard = DRAMStandard.all.first(where: { $0.name == name }) else {
      throw DRAMError("\"\(name)\" is no standard", at: "standard")
    }
    try self.init(
      name: values.decode(String.self, forKey: .name), standard: standard,
      timing: values.decode(DRAMTiming.self, forKey: .timing),
      organisation: values.decode(DRAMOrganisation.self, forKey: .organisation),
      mappings: values.decode([String: String].self, forKey: .mappings),
      defaultMapping: values.decode(String.self, forKey: .defaultMapping))
  }

  /// Saves the device; its rules are its standard's.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(standard.name, forKey: .standard)
    try values.encode(stated, forKey: .timing)
    try values.encode(organisation, forKey: .organisation)
    try values.encode(mappings, forKey: .mappings)
    try values.encode(defaultMapping, forKey: .defaultMapping)
  }
}
