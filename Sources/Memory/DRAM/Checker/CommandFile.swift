/// Command files: `cycle CMD bank row column`, one command a line.
///
/// Rank-wide commands (PREA, REF) have bank -1 for rank 0, -2 for rank 1 and so on; rows and columns that a command does not
/// have are -1. With several channels a sixth word names the channel.
public enum CommandFile {
  /// One line, without its end.
  public static func line(_ command: DRAMCommand, channel: Int, of organisation: DRAMOrganisation) -> String {
    let bank = command.kind.isForRank ? -1 - organisation.rank(ofBank: command.bank) : command.bank
    let text = "\(command.cycle) \(command.kind.mnemonic) \(bank) \(command.row) \(command.column)"
    return organisation.channels > 1 ? text + " \(channel)" : text
  }

  /// Parses a file's text and calls `body` with each channel and command.
  public static func read(
    _ bytes: [UInt8], file: String, for organisation: DRAMOrganisation, _ body: (Int, DRAMCommand) throws -> Void
  ) throws {
    for (number, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: { $0 == 32 || $0 == 9 || $0 == 13 }).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let (channel, command) = try parse(words, at: "\(file): line \(number + 1)", organisation)
      try body(channel, command)
    }
  }

  private static func parse(
    _ words: [String], at place: String, _ organisation: DRAMOrganisation
  ) throws(DRAMError) -> (Int, DRAMCommand) {
    guard words.count == 5 || words.count == 6 else {
      throw DRAMError("\(words.count) words; a command is: cycle CMD bank row column [channel]", at: place)
    }
    guard let kind = DRAMCommandKind(mnemonic: words[1]) else {
      let known = DRAMCommandKind.allCases.map(\.mnemonic).joined(separator: " ")
      throw DRAMError("\"\(words[1])\" is no command; known: \(known)", at: place)
    }
    var numbers: [Int] = []
    for index in [0, 2, 3, 4, 5] where index < words.count {
      guard let number = Int(words[index]), abs(number) < 1 << 48 else {
        throw DRAMError("\"\(words[index])\" is no number below 2^48", at: place)
      }
      numbers.append(number)
    }
    var bank = numbers[1]
    if kind.isForRank {
      guard bank < 0, -bank <= organisation.ranks else {
        throw DRAMError("rank-wide command with bank \(bank); -1 to \(-organisation.ranks)", at: place)
      }
      bank = (-1 - bank) * organisation.banksPerRank
    }
    guard numbers[0] >= 0, (0..<organisation.banks).contains(bank) else {
      throw DRAMError("bank \(bank) is outside 0 to \(organisation.banks - 1), or the cycle is negative", at: place)
    }
    let channel = numbers.count > 4 ? numbers[4] : 0
    guard (0..<organisation.channels).contains(channel) else {
      throw DRAMError("channel \(channel) is outside 0 to \(organisation.channels - 1)", at: place)
    }
    return (channel, DRAMCommand(cycle: numbers[0], kind: kind, bank: bank, row: numbers[2], column: numbers[3]))
  }

  /// Checks a whole command file; returns what it violates.
  public static func violations(
    _ bytes: [UInt8], file: String, device: DRAMSpecification, refreshes: Bool
  ) throws -> [String] {
    var checkers = Array(
      repeating: CommandChecker(device, refreshes: refreshes), count: device.organisation.channels)
    var last = 0
    try read(bytes, file: file, for: device.organisation) { channel, command in
      checkers[channel].observe(command)
      last = max(last, command.cycle)
    }
    return checkers.enumerated().flatMap { channel, checker in
      checker.finished(at: last).map { "channel \(channel): \($0)" }
    }
  }
}
