/// Where an address lies: channel, bank in the channel, row, burst in the row.
public struct DRAMLocation: Hashable, Sendable {
  /// Channel.
  public var channel: Int
  /// Bank in the channel, numbered as `DRAMOrganisation` says.
  public var bank: Int
  /// Row.
  public var row: Int
  /// Burst in the row.
  public var column: Int
}

/// How an address splits into channel, rank, bank group, bank, row and column, written as a string.
///
/// Fields stand from the highest bits to the lowest: `RoBaRaCoCh` puts the row on top and the channel just above the bytes of a
/// burst. Fields: `Ro` row, `Co` column (burst), `Ba` bank, `Bg` bank group, `Ra` rank, `Pc` pseudo-channel (the rank of HBM2),
/// `Ch` channel. A number takes only that many bits, so that a field can be split: `RoCo4BaCo3`, lower part last. Where `Bg` is
/// left out, `Ba` covers groups too, the group in its low bits. Fields of no bits may be left out.
public struct AddressMapping: Hashable, Sendable, Codable {
  /// The string it was made from.
  public let text: String
  /// Addresses below this are in the memory.
  public let capacity: Int

  private let byteBits: Int
  private let pieces: [Piece]
  private let groupBits: Int
  private let bankBits: Int

  private enum Field: String, CaseIterable {
    case row = "Ro"
    case column = "Co"
    case bank = "Ba"
    case bankGroup = "Bg"
    case rank = "Ra"
    case pseudoChannel = "Pc"
    case channel = "Ch"
  }

  /// Some bits of the address that are bits of one coordinate. Coordinates: 0 row, 1 column, 2 bank, 3 channel.
  private struct Piece: Hashable, Codable {
    let coordinate: Int
    let addressShift: Int
    let mask: Int
    let shift: Int
  }

  /// Parses a mapping for a memory; it must cover every bit of every coordinate exactly once.
  public init(_ text: String, for organisation: DRAMOrganisation) throws(DRAMError) {
    self.text = text
    byteBits = organisation.burstBytes.trailingZeroBitCount
    capacity = organisation.capacity
    groupBits = organisation.bankGroups.trailingZeroBitCount
    bankBits = organisation.banksPerGroup.trailingZeroBitCount
    let parsed = try Self.fields(of: text)
    let hasGroup = parsed.contains { $0.field == .bankGroup }
    var free: [Field: Int] = [
      .row: organisation.rows.trailingZeroBitCount, .column: organisation.columns.trailingZeroBitCount,
      .bank: bankBits + (hasGroup ? 0 : groupBits), .bankGroup: groupBits,
      .rank: organisation.ranks.trailingZeroBitCount, .channel: organisation.channels.trailingZeroBitCount,
    ]
    pieces = try Self.pieces(
      parsed, byteBits: byteBits, groupBits: hasGroup ? groupBits : 0, bankBits: bankBits + groupBits, &free, text)
    for field in Field.allCases {
      guard let left = free[field], left > 0, !(field == .bankGroup && !hasGroup) else { continue }
      throw DRAMError(
        "\"\(text)\" does not cover the address: \(left) bits of \(field.rawValue) are left out", at: "--mapping")
    }
  }

  private static func fields(of text: String) throws(DRAMError) -> [(field: Field, bits: Int?)] {
    var fields: [(field: Field, bits: Int?)] = []
    var rest = Array(text)[...]
    while !rest.isEmpty {
      let name = String(rest.prefix(2))
      guard let field = Field(rawValue: name) else {
        let known = Field.allCases.map(\.rawValue).joined(separator: " ")
        throw DRAMError("\"\(text)\" has \"\(name)\" where a field is due; fields are \(known)", at: "--mapping")
      }
      rest = rest.dropFirst(2)
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      if !digits.isEmpty {
        guard let bits = Int(String(digits)), (1...63).contains(bits) else {
          throw DRAMError("\"\(text)\": \(name)\(String(digits)) asks for bits outside 1 to 63", at: "--mapping")
        }
        fields.append((field, bits))
      } else {
        fields.append((field, nil))
      }
    }
    guard !fields.isEmpty else { throw DRAMError("the mapping is empty; for example RoBaBgCo", at: "--mapping") }
    return fields
  }

  private static func pieces(
    _ fields: [(field: Field, bits: Int?)], byteBits: Int, groupBits: Int, bankBits: Int, _ free: inout [Field: Int],
    _ text: String
  ) throws(DRAMError) -> [Piece] {
    var pieces: [Piece] = []
    var shift = byteBits
    var used: [Field: Int] = [:]
    var explicit: [Field: Int] = [:]
    for (field, bits) in fields { explicit[field == .pseudoChannel ? .rank : field, default: 0] += bits ?? 0 }
    for (named, stated) in fields.reversed() {
      let field = named == .pseudoChannel ? .rank : named
      let left = free[field] ?? 0
      let bits = stated ?? max(0, left + (used[field] ?? 0) - (explicit[field] ?? 0))
      guard bits <= left else {
        throw DRAMError(
          "\"\(text)\" gives \(named.rawValue) \(bits - left) bits too many: \(left + (used[field] ?? 0)) in all",
          at: "--mapping")
      }
      guard bits > 0 else {
        if left == 0, stated == nil, used[field] == nil { continue }
        throw DRAMError("\"\(text)\" names \(named.rawValue) again when none of its bits are left", at: "--mapping")
      }
      let (coordinate, base) =
        switch field {
        case .row: (0, 0)
        case .column: (1, 0)
        case .bankGroup: (2, 0)
        case .bank: (2, groupBits)
        case .rank, .pseudoChannel: (2, bankBits)
        case .channel: (3, 0)
        }
      pieces.append(
        Piece(coordinate: coordinate, addressShift: shift, mask: (1 << bits) - 1, shift: base + (used[field] ?? 0)))
      used[field, default: 0] += bits
      free[field] = left - bits
      shift += bits
    }
    return pieces
  }

  /// Where an address below `capacity` lies.
  @inline(__always)
  public func location(of address: Int) -> DRAMLocation {
    var row = 0
    var column = 0
    var bank = 0
    var channel = 0
    for piece in pieces {
      let bits = ((address &>> piece.addressShift) & piece.mask) &<< piece.shift
      switch piece.coordinate {
      case 0: row |= bits
      case 1: column |= bits
      case 2: bank |= bits
      default: channel |= bits
      }
    }
    return DRAMLocation(channel: channel, bank: bank, row: row, column: column)
  }

  /// The address of a burst's first byte: the inverse of `location(of:)`.
  public func address(of location: DRAMLocation) -> Int {
    var address = 0
    for piece in pieces {
      let value = [location.row, location.column, location.bank, location.channel][piece.coordinate]
      address |= ((value >> piece.shift) & piece.mask) << piece.addressShift
    }
    return address
  }
}
