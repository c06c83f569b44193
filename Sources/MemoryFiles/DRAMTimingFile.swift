import Configuration
public import Memory

/// Reads a user's device from JSON5: one set, or several by name.
///
/// ```json
/// { "timing": { "tCK": 1.25, "CL": 11, "RCD": 11, ... },
///   "organisation": { "ranks": 1, "bankgroups": 1, "banks_per_group": 8, "rows": 65536, ... },
///   "address_map_A": { "byte_offset_bits": 6, "then_LSB_to_MSB": [["column_burst", 7], ["bank", 3], ["row", "rest"]] } }
/// ```
/// `standard` names the rules (DDR3, DDR4, LPDDR4, HBM2); without it the set's name or the base device's says so. `rules`,
/// `expected_unloaded_read_latency` and `note` are commentary: what they state is derived from `timing`.
public struct DRAMTimingFile {
  /// The sets of a file by name; a file of one nameless set gives one entry named like the base device.
  public let sets: [DRAMSpecification]

  /// Parses a file. `base` supplies the rules, and the organisation where a set has none.
  public init(_ bytes: [UInt8], file: String, base: DRAMSpecification?) throws(DRAMError) {
    let root: JSON5Value
    do { root = try JSON5Document(bytes, file: file).root } catch { throw DRAMError("\(error)") }
    let reader = DRAMSetReader(file: file)
    let members = try reader.members(root, "an object with timing sets")
    guard !members.isEmpty else { throw reader.fault("the document has no timing set", root) }
    if members.contains(where: { $0.key == "timing" }) {
      sets = [try reader.set(root, name: base?.name ?? "custom", base: base)]
    } else {
      var sets: [DRAMSpecification] = []
      for member in members { sets.append(try reader.set(member.value, name: member.key, base: base)) }
      self.sets = sets
    }
  }

  /// The set that `device` names, or the only one.
  public func specification(named device: String?) throws(DRAMError) -> DRAMSpecification {
    if sets.count == 1 { return sets[0] }
    let names = sets.map(\.name)
    guard let device else {
      throw DRAMError("several sets; name one of \(names.joined(separator: ", "))", at: "--device")
    }
    let wanted = DRAMSpecification.canonical(device)
    let matches = sets.filter {
      let name = DRAMSpecification.canonical($0.name)
      return name == wanted || name == wanted + "-x8" || name == wanted + "-x16"
    }
    guard let match = matches.first else {
      throw DRAMError("no set for \"\(device)\"; the file has \(names.joined(separator: ", "))", at: "--device")
    }
    return match
  }
}

/// Turns the tree of one timing set into a device.
struct DRAMSetReader {
  let file: String

  private static let keys = [
    "timing", "organisation", "address_map_A", "address_map_B", "mapping", "standard", "rules",
    "expected_unloaded_read_latency", "note",
  ]

  func set(_ node: JSON5Value, name: String, base: DRAMSpecification?) throws(DRAMError) -> DRAMSpecification {
    for member in try members(node, "a timing set") where !Self.keys.contains(member.key) {
      throw unknown(member, among: Self.keys)
    }
    let standard = try standard(node["standard"], name: name, base: base, set: node)
    guard let timingNode = node["timing"] else { throw fault("the key \"timing\" is missing", node) }
    let timing = try timing(timingNode)
    var organisation = base?.organisation ?? DRAMOrganisation()
    if let stated = node["organisation"] { organisation = try self.organisation(stated) }
    organisation.hasRowBus = standard == .hbm2
    var mappings: [String: String] = [:]
    for (letter, key) in [("A", "address_map_A"), ("B", "address_map_B")] {
      if let map = node[key] { mappings[letter] = try mapping(map) }
    }
    var defaultMapping = mappings["A"] ?? base?.defaultMapping ?? "RoRaBaBgCo"
    if let stated = node["mapping"] { defaultMapping = try text(stated, "a mapping such as RoBaBgCo") }
    do {
      let device = try DRAMSpecification(
        name: name, standard: standard, timing: timing, organisation: organisation, mappings: mappings,
        defaultMapping: defaultMapping)
      _ = try AddressMapping(defaultMapping, for: organisation)
      return device
    } catch { throw error.inside("\(file):\(node.position): \(name)") }
  }

  private func standard(
    _ node: JSON5Value?, name: String, base: DRAMSpecification?, set: JSON5Value
  ) throws(DRAMError) -> DRAMStandard {
    let names = DRAMStandard.all.map(\.name).joined(separator: ", ")
    if let node {
      let stated = try text(node, "one of \(names)")
      guard let standard = DRAMStandard.all.first(where: { $0.name == stated.uppercased() }) else {
        throw fault("\"\(stated)\" is none of \(names)", node)
      }
      return standard
    }
    guard let standard = DRAMStandard.named(by: name) ?? base?.standard else {
      throw fault("\"\(name)\" names no standard; add \"standard\": one of \(names)", set)
    }
    return standard
  }

  private func timing(_ node: JSON5Value) throws(DRAMError) -> DRAMTiming {
    var values: [DRAMParameter: Int] = [:]
    var tCK: Double?
    for member in try members(node, "numbers by parameter") {
      if member.key == "tCK" {
        tCK = try nanoseconds(member.value)
        continue
      }
      guard let parameter = DRAMParameter(key: member.key) else {
        throw unknown(member, among: DRAMParameter.allCases.map(\.shortName))
      }
      guard values[parameter] == nil else {
        throw fault("timing.\(member.key): given twice, with and without t", member.value)
      }
      values[parameter] = try count(member.value, "timing.\(member.key)")
    }
    guard let tCK else { throw fault("timing.tCK, the clock period in ns, is missing", node) }
    return DRAMTiming(tCK: tCK, values)
  }

  private func organisation(_ node: JSON5Value) throws(DRAMError) -> DRAMOrganisation {
    var organisation = DRAMOrganisation()
    var requestBytes: (stated: Int, node: JSON5Value)?
    for member in try members(node, "counts by level") {
      let key = "organisation.\(member.key)"
      switch member.key {
      case "channels": organisation.channels = try count(member.value, key)
      case "ranks": organisation.ranks = try count(member.value, key)
      case "pseudo_channels":
        organisation.ranks = try count(member.value, key)
        organisation.ranksOwnTheirBus = organisation.ranks > 1
      case "bankgroups": organisation.bankGroups = try count(member.value, key)
      case "banks_per_group": organisation.banksPerGroup = try count(member.value, key)
      case "rows": organisation.rows = try count(member.value, key)
      case "columns_bursts_per_row": organisation.columns = try count(member.value, key)
      case "bus_bits": organisation.busBits = try count(member.value, key)
      case "BL": organisation.burstLength = try count(member.value, key)
      case "request_bytes": requestBytes = (try count(member.value, key), member.value)
      case "peak_GBps": break
      default: throw unknown(member, among: Self.organisationKeys)
      }
    }
    do { try organisation.validate() } catch { throw error.inside("\(file):\(node.position)") }
    // Requests are bursts, so a stated size must agree with bus width and burst length.
    if let (stated, node) = requestBytes, stated != organisation.burstBytes {
      throw fault(
        "organisation.request_bytes: \(stated) contradicts bus_bits \(organisation.busBits) / 8 x BL "
          + "\(organisation.burstLength) = \(organisation.burstBytes)", node)
    }
    return organisation
  }

  private static let organisationKeys = [
    "channels", "ranks", "pseudo_channels", "bankgroups", "banks_per_group", "rows", "columns_bursts_per_row",
    "bus_bits", "BL", "request_bytes", "peak_GBps",
  ]

  private static let fields = [
    ("column_burst", "Co"), ("bankgroup", "Bg"), ("bank", "Ba"), ("row", "Ro"), ("rank", "Ra"), ("channel", "Ch"),
    ("pseudo_channel", "Pc"),
  ]

  /// An address map as a list from the lowest bits up, turned into a mapping string.
  private func mapping(_ node: JSON5Value) throws(DRAMError) -> String {
    guard case .array(let list)? = node["then_LSB_to_MSB"]?.content else {
      throw fault("the key \"then_LSB_to_MSB\" with a list is missing", node)
    }
    var text = ""
    for entry in list {
      guard case .array(let pair) = entry.content, pair.count == 2, case .string(let field) = pair[0].content,
        let name = Self.fields.first(where: { $0.0 == field })?.1
      else {
        let known = Self.fields.map(\.0).joined(separator: ", ")
        throw fault("\(entry.phrase) is not [field, bits] with a field of \(known)", entry)
      }
      if case .string("rest") = pair[1].content {
        text = name + text
      } else {
        let bits = try count(pair[1], field)
        if bits != 0 { text = "\(name)\(bits)" + text }
      }
    }
    return text
  }
}

// MARK: - Values

extension DRAMSetReader {
  func fault(_ problem: String, _ node: JSON5Value) -> DRAMError {
    DRAMError(problem, at: "\(file):\(node.position)")
  }

  private func unknown(_ member: JSON5Member, among known: [String]) -> DRAMError {
    let nearest = nearestName(to: member.key, among: known) ?? known[0]
    return DRAMError("unknown key \"\(member.key)\"; did you mean \(nearest)?", at: "\(file):\(member.position)")
  }

  func members(_ node: JSON5Value, _ wanted: String) throws(DRAMError) -> [JSON5Member] {
    guard case .object(let members) = node.content else { throw fault("\(node.phrase) where \(wanted) is due", node) }
    return members
  }

  private func text(_ node: JSON5Value, _ wanted: String) throws(DRAMError) -> String {
    guard case .string(let text) = node.content else { throw fault("\(node.phrase) where \(wanted) is due", node) }
    return text
  }

  private func nanoseconds(_ node: JSON5Value) throws(DRAMError) -> Double {
    switch node.content {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: throw fault("timing.tCK: \(node.phrase) where nanoseconds are due", node)
    }
  }

  private func count(_ node: JSON5Value, _ key: String) throws(DRAMError) -> Int {
    switch node.content {
    case .integer(let value) where value.magnitude <= 1 << 40: return value
    case .number(let value) where abs(value) <= 1e12 && value == value.rounded(): return Int(value)
    default: throw fault("\(key): \(node.phrase) where a whole number below 2^40 is due", node)
    }
  }
}
