/// Reads a user's device from JSON: one set, or several by name.
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
  public init(_ bytes: [UInt8], base: DRAMSpecification?) throws(DRAMError) {
    let document = try JSONNode.parse(bytes)
    guard let members = document.members, !members.isEmpty else {
      throw DRAMError("the document is \(document.kind), not an object with timing sets", at: "line \(document.line)")
    }
    if members.contains(where: { $0.key == "timing" }) {
      sets = [try Self.set(document, name: base?.name ?? "custom", base: base)]
    } else {
      var sets: [DRAMSpecification] = []
      for (name, node) in members {
        do { sets.append(try Self.set(node, name: name, base: base)) } catch { throw error.inside(name) }
      }
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

  private static let keys = [
    "timing", "organisation", "address_map_A", "address_map_B", "standard", "rules", "expected_unloaded_read_latency",
    "note",
  ]

  private static func set(_ node: JSONNode, name: String, base: DRAMSpecification?) throws(DRAMError)
    -> DRAMSpecification
  {
    guard let members = node.members else {
      throw DRAMError("\(node.kind) where a timing set is due", at: "line \(node.line)")
    }
    for (key, value) in members where !keys.contains(key) {
      let nearest = nearestName(to: key, among: keys) ?? keys[0]
      throw DRAMError("unknown key \"\(key)\"; did you mean \(nearest)?", at: "line \(value.line)")
    }
    func member(_ key: String) -> JSONNode? { members.first { $0.key == key }?.value }
    let standard = try standard(member("standard"), name: name, base: base)
    guard let timingNode = member("timing") else {
      throw DRAMError("the key \"timing\" is missing", at: "line \(node.line)")
    }
    let timing = try timing(timingNode)
    var organisation = base?.organisation ?? DRAMOrganisation()
    if let stated = member("organisation") { organisation = try self.organisation(stated) }
    var mappings: [String: String] = [:]
    for (letter, key) in [("A", "address_map_A"), ("B", "address_map_B")] {
      if let map = member(key) { mappings[letter] = try mapping(map, organisation) }
    }
    return try DRAMSpecification(
      name: name, standard: standard, timing: timing, organisation: organisation, mappings: mappings,
      defaultMapping: mappings["A"] ?? base?.defaultMapping ?? "RoRaBaBgCo")
  }

  private static func standard(_ node: JSONNode?, name: String, base: DRAMSpecification?) throws(DRAMError)
    -> DRAMStandard
  {
    let names = DRAMStandard.all.map(\.name)
    if let node {
      guard let text = node.text, let standard = DRAMStandard.all.first(where: { $0.name == text.uppercased() }) else {
        throw DRAMError("\(node.kind) is none of \(names.joined(separator: ", "))", at: "line \(node.line): standard")
      }
      return standard
    }
    guard let standard = DRAMStandard.named(by: name) ?? base?.standard else {
      throw DRAMError("\"\(name)\" names no standard; add \"standard\": one of \(names.joined(separator: ", "))")
    }
    return standard
  }

  private static func timing(_ node: JSONNode) throws(DRAMError) -> DRAMTiming {
    guard let members = node.members else {
      throw DRAMError("\(node.kind) where numbers are due", at: "line \(node.line): timing")
    }
    var values: [DRAMParameter: Int] = [:]
    var tCK: Double?
    for (key, value) in members {
      let place = "line \(value.line): timing.\(key)"
      if key == "tCK" {
        guard let number = value.number else { throw DRAMError("\(value.kind) where nanoseconds are due", at: place) }
        tCK = number
        continue
      }
      guard let parameter = DRAMParameter(key: key) else {
        let nearest = nearestName(to: key, among: DRAMParameter.allCases.map(\.shortName)) ?? ""
        throw DRAMError("unknown parameter; did you mean \(nearest)?", at: place)
      }
      guard values[parameter] == nil else { throw DRAMError("given twice, with and without t", at: place) }
      values[parameter] = try count(value, at: place)
    }
    guard let tCK else { throw DRAMError("the clock period is missing", at: "line \(node.line): timing.tCK") }
    return DRAMTiming(tCK: tCK, values)
  }

  private static func count(_ node: JSONNode, at place: String) throws(DRAMError) -> Int {
    guard let number = node.number, abs(number) <= 1e12, Double(Int(number)) == number else {
      throw DRAMError("\(node.kind) where a whole number is due", at: place)
    }
    return Int(number)
  }

  private static func organisation(_ node: JSONNode) throws(DRAMError) -> DRAMOrganisation {
    guard let members = node.members else {
      throw DRAMError("\(node.kind) where an object is due", at: "line \(node.line): organisation")
    }
    var organisation = DRAMOrganisation()
    for (key, value) in members {
      let place = "line \(value.line): organisation.\(key)"
      switch key {
      case "channels": organisation.channels = try count(value, at: place)
      case "ranks": organisation.ranks = try count(value, at: place)
      case "pseudo_channels":
        organisation.ranks = try count(value, at: place)
        organisation.ranksOwnTheirBus = organisation.ranks > 1
        organisation.hasRowBus = true
      case "bankgroups": organisation.bankGroups = try count(value, at: place)
      case "banks_per_group": organisation.banksPerGroup = try count(value, at: place)
      case "rows": organisation.rows = try count(value, at: place)
      case "columns_bursts_per_row": organisation.columns = try count(value, at: place)
      case "bus_bits": organisation.busBits = try count(value, at: place)
      case "BL": organisation.burstLength = try count(value, at: place)
      case "request_bytes", "peak_GBps": break
      default: throw DRAMError("unknown key \"\(key)\"", at: place)
      }
    }
    try checkBurst(members, organisation)
    return organisation
  }

  /// A stated request size is held against bus width and burst length, because requests are bursts.
  private static func checkBurst(
    _ members: [(key: String, value: JSONNode)], _ organisation: DRAMOrganisation
  ) throws(DRAMError) {
    try organisation.validate()
    guard let stated = members.first(where: { $0.key == "request_bytes" }) else { return }
    let place = "line \(stated.value.line): organisation.request_bytes"
    let bytes = try count(stated.value, at: place)
    guard bytes == organisation.burstBytes else {
      throw DRAMError(
        "\(bytes) bytes contradict bus_bits \(organisation.busBits) / 8 x BL \(organisation.burstLength) = \(organisation.burstBytes)",
        at: place)
    }
  }

  /// An address map as a list from the lowest bits up, turned into a mapping string.
  private static func mapping(_ node: JSONNode, _ organisation: DRAMOrganisation) throws(DRAMError) -> String {
    let place = "line \(node.line): address_map"
    guard let list = node.members?.first(where: { $0.key == "then_LSB_to_MSB" })?.value.elements else {
      throw DRAMError("the key \"then_LSB_to_MSB\" with a list is missing", at: place)
    }
    let names = [
      "column_burst": "Co", "bankgroup": "Bg", "bank": "Ba", "row": "Ro", "rank": "Ra", "channel": "Ch",
      "pseudo_channel": "Pc",
    ]
    var text = ""
    for entry in list {
      guard let pair = entry.elements, pair.count == 2, let field = pair[0].text, let name = names[field] else {
        throw DRAMError(
          "an entry is not [field, bits] with a field of \(names.keys.sorted().joined(separator: ", "))", at: place)
      }
      if pair[1].text == "rest" {
        text = name + text
      } else {
        let bits = try count(pair[1], at: place)
        if bits != 0 { text = "\(name)\(bits)" + text }
      }
    }
    return text
  }
}
