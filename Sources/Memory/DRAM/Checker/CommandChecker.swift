/// A second pair of eyes: watches a channel's commands and says which break the standard.
///
/// Written from the standards' rules as plain comparisons with the history of commands. It shares neither the device's table
/// nor its engine nor its registers, so that an error in either shows as a difference.
public struct CommandChecker: Sendable {
  /// What was found, in order of time.
  public private(set) var violations: [String] = []

  private let times: CheckerTimes
  private let organisation: DRAMOrganisation
  private let refreshes: Bool
  private let postponable: Int
  private var banks: [BankHistory]
  private var ranks: [RankHistory]
  private var lastRowBusCycle = -1
  private var lastColumnBusCycle = -1
  private var lastCycle = 0

  /// A checker for a channel of a device. `refreshes` says whether refresh deadlines count.
  public init(_ device: DRAMSpecification, refreshes: Bool) {
    times = CheckerTimes(device)
    self.refreshes = refreshes
    organisation = device.organisation
    postponable = device.standard.postponableRefreshes
    banks = Array(repeating: BankHistory(), count: organisation.banks)
    ranks = Array(repeating: RankHistory(), count: organisation.ranks)
  }

  /// A bank's past: when each command last came, nil if never.
  private struct BankHistory {
    var openRow: Int?
    var activated: Int?
    var precharged: Int?
    var read: Int?
    var written: Int?
    var refreshed: Int?
  }

  /// A rank's past.
  private struct RankHistory {
    var activates: [Int] = []
    var prechargedAll: Int?
    var refreshed: Int?
    var refreshCount = 0
    var bankRefreshCount = 0
    var dataEnd = Int.min
  }

  /// Looks at the next command; commands come in order of cycles.
  public mutating func observe(_ command: DRAMCommand) {
    guard banks.indices.contains(command.bank) else {
      report(command, "bank outside 0 to \(banks.count - 1)")
      return
    }
    checkCommandBus(command)
    switch command.kind {
    case .none: break
    case .activate: checkActivate(command)
    case .precharge: checkPrecharge(command)
    case .prechargeAll: checkPrechargeAll(command)
    case .read: checkRead(command)
    case .write: checkWrite(command)
    case .refresh: checkRefresh(command)
    case .refreshBank: checkRefreshBank(command)
    }
  }

  /// The violations of a run that ended at a cycle, refreshes still owed included.
  public func finished(at cycle: Int) -> [String] {
    guard refreshes else { return violations }
    var all = violations
    for (rank, history) in ranks.enumerated() {
      let owed = cycle / times.refreshInterval - postponable
      let made = history.refreshCount + history.bankRefreshCount / organisation.banksPerRank
      if made < owed - (history.bankRefreshCount > 0 ? 1 : 0) {
        all.append(
          "cycle \(cycle) rank \(rank): \(made) refreshes made, at least \(owed) due: \(owed - made) too few (tREFI)")
      }
    }
    return all
  }

  private mutating func report(_ command: DRAMCommand, _ problem: String) {
    guard violations.count < 1000 else { return }
    violations.append("cycle \(command.cycle) \(command.kind.mnemonic) bank \(command.bank): \(problem)")
  }

  /// Demands `wait` cycles since an earlier event.
  private mutating func demand(_ rule: String, _ command: DRAMCommand, since event: Int?, _ wait: Int) {
    guard let event, command.cycle - event < wait else { return }
    let gap = command.cycle - event
    report(command, "\(rule) needs \(wait) cycles since \(event), got \(gap): \(wait - gap) short")
  }

  private mutating func checkCommandBus(_ command: DRAMCommand) {
    if command.cycle < lastCycle { report(command, "time goes back from \(lastCycle)") }
    lastCycle = max(lastCycle, command.cycle)
    let isColumn = command.kind == .read || command.kind == .write
    if isColumn || !organisation.hasRowBus {
      if command.cycle == lastColumnBusCycle { report(command, "two commands in one cycle") }
      lastColumnBusCycle = command.cycle
    } else {
      if command.cycle == lastRowBusCycle { report(command, "two row commands in one cycle") }
      lastRowBusCycle = command.cycle
    }
  }

  private func banksOfRank(_ rank: Int) -> Range<Int> {
    rank * organisation.banksPerRank..<(rank + 1) * organisation.banksPerRank
  }
}

// MARK: - Row commands

extension CommandChecker {
  private mutating func checkActivate(_ command: DRAMCommand) {
    let rank = organisation.rank(ofBank: command.bank)
    let own = banks[command.bank]
    if let row = own.openRow { report(command, "row \(row) is still open") }
    if !(0..<organisation.rows).contains(command.row) { report(command, "row \(command.row) does not exist") }
    demand("tRC", command, since: own.activated, times.rowCycle)
    demand("tRP", command, since: own.precharged, times.precharge)
    demand("tRPab", command, since: ranks[rank].prechargedAll, times.prechargeAll)
    demand("tRFC", command, since: ranks[rank].refreshed, times.refresh)
    for other in banksOfRank(rank) {
      let sameGroup = organisation.group(ofBank: other) == organisation.group(ofBank: command.bank)
      let apart = sameGroup ? times.activateSameGroup : times.activateOtherGroup
      if other != command.bank { demand("tRRD", command, since: banks[other].activated, apart) }
      if other != command.bank { demand("tRREFD", command, since: banks[other].refreshed, times.refreshOtherBank) }
    }
    demand("tRFCpb", command, since: own.refreshed, times.refreshOneBank)
    if ranks[rank].activates.count == 4 {
      demand("tFAW", command, since: ranks[rank].activates[0], times.fourActivates)
      ranks[rank].activates.removeFirst()
    }
    ranks[rank].activates.append(command.cycle)
    banks[command.bank].openRow = command.row
    banks[command.bank].activated = command.cycle
  }

  /// The rules for closing one bank, whoever closes it.
  private mutating func checkClosing(of bank: Int, _ command: DRAMCommand) {
    demand("tRAS", command, since: banks[bank].activated, times.rowActive)
    demand("tRTP", command, since: banks[bank].read, times.readToPrecharge)
    demand("tWR", command, since: banks[bank].written, times.writeToData + times.burst + times.writeRecovery)
    demand("tRFCpb", command, since: banks[bank].refreshed, times.refreshOneBank)
  }

  /// The rules between a PRE or PREA and what came before it in its rank.
  private mutating func checkClosing(inRank rank: Int, _ command: DRAMCommand) {
    for other in banksOfRank(rank) { demand("tPPD", command, since: banks[other].precharged, times.prechargesApart) }
    demand("tPPD", command, since: ranks[rank].prechargedAll, times.prechargesApart)
    demand("tRFC", command, since: ranks[rank].refreshed, times.refresh)
  }

  private mutating func checkPrecharge(_ command: DRAMCommand) {
    checkClosing(inRank: organisation.rank(ofBank: command.bank), command)
    checkClosing(of: command.bank, command)
    banks[command.bank].openRow = nil
    banks[command.bank].precharged = command.cycle
  }

  private mutating func checkPrechargeAll(_ command: DRAMCommand) {
    let rank = organisation.rank(ofBank: command.bank)
    checkClosing(inRank: rank, command)
    for bank in banksOfRank(rank) {
      checkClosing(of: bank, command)
      banks[bank].openRow = nil
    }
    ranks[rank].prechargedAll = command.cycle
  }

  private mutating func checkRefresh(_ command: DRAMCommand) {
    let rank = organisation.rank(ofBank: command.bank)
    for bank in banksOfRank(rank) {
      if let row = banks[bank].openRow { report(command, "row \(row) of bank \(bank) is open") }
      demand("tRC", command, since: banks[bank].activated, times.rowCycle)
      demand("tRP", command, since: banks[bank].precharged, times.precharge)
      demand("tRFCpb", command, since: banks[bank].refreshed, times.refreshOneBank)
    }
    demand("tRPab", command, since: ranks[rank].prechargedAll, times.prechargeAll)
    demand("tRFC", command, since: ranks[rank].refreshed, times.refresh)
    ranks[rank].refreshCount += 1
    if refreshes {
      let latest = (ranks[rank].refreshCount + postponable) * times.refreshInterval
      if command.cycle > latest {
        report(
          command,
          "refresh \(ranks[rank].refreshCount) is due by \(latest) at the latest: \(command.cycle - latest) late")
      }
      if let last = ranks[rank].refreshed, command.cycle - last > (postponable + 1) * times.refreshInterval {
        report(command, "\(command.cycle - last) cycles since the last REF exceed \(postponable + 1) x tREFI")
      }
    }
    ranks[rank].refreshed = command.cycle
  }

  private mutating func checkRefreshBank(_ command: DRAMCommand) {
    let rank = organisation.rank(ofBank: command.bank)
    let own = banks[command.bank]
    if times.refreshOneBank == 0 { report(command, "the device has no per-bank refresh") }
    if let row = own.openRow { report(command, "row \(row) is open") }
    demand("tRC", command, since: own.activated, times.rowCycle)
    demand("tRP", command, since: own.precharged, times.precharge)
    demand("tRPab", command, since: ranks[rank].prechargedAll, times.prechargeAll)
    demand("tRFC", command, since: ranks[rank].refreshed, times.refresh)
    demand("tRFCpb", command, since: own.refreshed, times.refreshOneBank)
    for other in banksOfRank(rank) {
      demand("REFpb to REFpb", command, since: banks[other].refreshed, times.refreshBanksApart)
      demand("tRREFD", command, since: banks[other].activated, times.refreshOtherBank)
    }
    ranks[rank].bankRefreshCount += 1
    if refreshes {
      let latest = (ranks[rank].bankRefreshCount + postponable * organisation.banksPerRank) * times.refreshInterval
      if command.cycle * organisation.banksPerRank > latest {
        report(command, "per-bank refresh \(ranks[rank].bankRefreshCount) is later than tREFI allows")
      }
    }
    banks[command.bank].refreshed = command.cycle
  }
}

// MARK: - Column commands

extension CommandChecker {
  private mutating func checkOpenRow(_ command: DRAMCommand) {
    guard let row = banks[command.bank].openRow else {
      report(command, "no row is open")
      return
    }
    if command.row >= 0, command.row != row { report(command, "row \(row) is open, not \(command.row)") }
    if !(0..<organisation.columns).contains(command.column) {
      report(command, "column \(command.column) does not exist")
    }
  }

  private mutating func checkRead(_ command: DRAMCommand) {
    checkOpenRow(command)
    demand("tRCD", command, since: banks[command.bank].activated, times.activateToRead)
    let writeData = times.writeToData + times.burst
    for other in banksOfRank(organisation.rank(ofBank: command.bank)) {
      let sameGroup = organisation.group(ofBank: other) == organisation.group(ofBank: command.bank)
      demand("tCCD", command, since: banks[other].read, sameGroup ? times.columnSameGroup : times.columnOtherGroup)
      let turn = sameGroup ? times.writeToReadSameGroup : times.writeToReadOtherGroup
      demand("tWTR", command, since: banks[other].written, writeData + turn)
    }
    checkDataBus(command, start: command.cycle + times.readToData)
    banks[command.bank].read = command.cycle
  }

  private mutating func checkWrite(_ command: DRAMCommand) {
    checkOpenRow(command)
    demand("tRCD", command, since: banks[command.bank].activated, times.activateToWrite)
    for other in banksOfRank(organisation.rank(ofBank: command.bank)) {
      let sameGroup = organisation.group(ofBank: other) == organisation.group(ofBank: command.bank)
      demand("tCCD", command, since: banks[other].written, sameGroup ? times.columnSameGroup : times.columnOtherGroup)
      demand("tRTW", command, since: banks[other].read, times.readToWrite)
    }
    checkDataBus(command, start: command.cycle + times.writeToData)
    banks[command.bank].written = command.cycle
  }

  /// Bursts must not overlap on a bus; between ranks on one bus the drivers change in tRTRS.
  private mutating func checkDataBus(_ command: DRAMCommand, start: Int) {
    let own = organisation.rank(ofBank: command.bank)
    for rank in ranks.indices where rank == own || !organisation.ranksOwnTheirBus {
      let free = ranks[rank].dataEnd.addingReportingOverflow(rank == own ? 0 : times.ranksApart)
      if !free.overflow, start < free.partialValue {
        report(command, "data bus is busy until \(free.partialValue), the burst begins at \(start)")
      }
    }
    ranks[own].dataEnd = max(ranks[own].dataEnd, start + times.burst)
  }
}
