public import Signals

extension DRAMChannel: Observable {
  /// Commands by their mnemonics.
  private static let commands = EnumTable(
    name: "dram_command_t", labels: DRAMCommandKind.allCases.map(\.mnemonic))
  private static let bankStates = EnumTable(DRAMBankState.self, name: "dram_bank_state_t")
  private static let busStates = EnumTable(DataBusState.self, name: "dram_bus_t")
  private static let outcomes = EnumTable(RowOutcome.self, name: "dram_row_outcome_t")
  private static let served = EnumTable(name: "dram_served_t", labels: ["reads", "writes"])

  /// The signals, in data-path order.
  public static let columns: [SignalColumn<DRAMChannel>] = portColumns + commandColumns + queueColumns + bankColumns

  /// The request that the channel takes in this cycle.
  private static let portColumns: [SignalColumn<DRAMChannel>] = [
    SignalColumn("accept", "A request is taken into its queue.", kind: .wire, .event) { $1.take($0.offered != nil) },
    SignalColumn("accept_is_write", "The request taken is a write.", kind: .wire, .bit) {
      $1.take($0.offered?.isWrite ?? false)
    },
    SignalColumn("accept_bank", "Bank of the request taken.", kind: .wire, .unsigned(bits: 6)) {
      $1.take($0.offered?.bank ?? 0)
    },
    SignalColumn("accept_row", "Row of the request taken.", kind: .wire, .unsigned(bits: 24)) {
      $1.take($0.offered?.row ?? 0)
    },
    SignalColumn("accept_column", "Burst in the row of the request taken.", kind: .wire, .unsigned(bits: 16)) {
      $1.take($0.offered?.column ?? 0)
    },
  ]

  /// The command bus; HBM2 has a second one for row commands.
  private static let commandColumns: [SignalColumn<DRAMChannel>] = [
    SignalColumn("command", "Command on the bus in this cycle.", kind: .wire, .enumeration(commands)) {
      $1.take($0.choice.kind)
    },
    SignalColumn("bank", "Bank of the command.", kind: .wire, .unsigned(bits: 6)) {
      $1.take($0.choice.kind == .none ? 0 : $0.choice.bank)
    },
    SignalColumn("row", "Row of an ACT, RD or WR.", kind: .wire, .unsigned(bits: 24)) {
      $1.take(max(0, $0.command($0.choice, at: 0).row))
    },
    SignalColumn("column", "Burst in the row of a RD or WR.", kind: .wire, .unsigned(bits: 16)) {
      $1.take(max(0, $0.command($0.choice, at: 0).column))
    },
    SignalColumn("outcome", "What a RD or WR found in its bank.", kind: .wire, .enumeration(outcomes)) {
      $1.take($0.outcome)
    },
    SignalColumn(
      "command", "Command on the bus for row commands.", kind: .wire, .enumeration(commands), extent: rowBus
    ) { channel, sampler in
      sampler.take(count: rowBus(channel).count) { _ in UInt64(channel.rowChoice.kind.rawValue) }
    },
    SignalColumn("bank", "Bank of the row command.", kind: .wire, .unsigned(bits: 6), extent: rowBus) {
      channel, sampler in
      sampler.take(count: rowBus(channel).count) { _ in
        channel.rowChoice.kind == .none ? 0 : UInt64(channel.rowChoice.bank)
      }
    },
    SignalColumn("row", "Row of an ACT.", kind: .wire, .unsigned(bits: 24), extent: rowBus) { channel, sampler in
      sampler.take(count: rowBus(channel).count) { _ in UInt64(max(0, channel.command(channel.rowChoice, at: 0).row)) }
    },
    SignalColumn("data", "What the data bus carries.", .enumeration(busStates), extent: dataBuses) {
      channel, sampler in
      sampler.take(count: dataBuses(channel).count) { UInt64(channel.dataBus($0).state.rawValue) }
    },
    SignalColumn("data_bank", "Bank of the data on the bus.", .unsigned(bits: 6), extent: dataBuses) {
      channel, sampler in
      sampler.take(count: dataBuses(channel).count) { UInt64(channel.dataBus($0).bank) }
    },
  ]

  private static let queueColumns: [SignalColumn<DRAMChannel>] = [
    SignalColumn("read_queue", "Reads that wait for their RD.", .unsigned(bits: 7)) { $1.take($0.reads.count) },
    SignalColumn("write_queue", "Writes that wait for their WR.", .unsigned(bits: 7)) { $1.take($0.writes.count) },
    SignalColumn("served", "The queue that commands are issued for.", .enumeration(served)) { $1.take($0.draining) },
    SignalColumn("refresh_owed", "Refreshes that are due and not made, of all ranks.", .unsigned(bits: 8)) {
      channel, sampler in
      sampler.take(channel.refreshes.reduce(0) { $0 + $1.owed(at: channel.now) })
    },
  ]

  private static let bankColumns: [SignalColumn<DRAMChannel>] = [
    SignalColumn("state", "What the bank is doing.", .enumeration(bankStates), extent: banks) { channel, sampler in
      sampler.take(count: channel.device.organisation.banks) {
        UInt64(channel.banks.state(of: $0, at: channel.now).rawValue)
      }
    },
    SignalColumn("open_row", "The open row; 0 while the bank is closed.", .unsigned(bits: 24), extent: banks) {
      channel, sampler in
      sampler.take(count: channel.device.organisation.banks) { UInt64(max(0, channel.device.openRow[$0])) }
    },
    SignalColumn("waiting", "Requests for the bank in both queues.", .unsigned(bits: 7), extent: banks) {
      channel, sampler in
      sampler.take(count: channel.device.organisation.banks) {
        UInt64((channel.reads.ofBank($0).nonzeroBitCount + channel.writes.ofBank($0).nonzeroBitCount))
      }
    },
  ]

  private static let banks: @Sendable (borrowing DRAMChannel) -> Extent = {
    .list(prefix: "bank", count: $0.device.organisation.banks)
  }

  /// Nothing where row and column commands share one bus.
  private static let rowBus: @Sendable (borrowing DRAMChannel) -> Extent = {
    .list(prefix: "row_bus", count: $0.hasRowBus ? 1 : 0)
  }

  /// One bus, or one for each pseudo-channel.
  private static let dataBuses: @Sendable (borrowing DRAMChannel) -> Extent = {
    let organisation = $0.device.organisation
    return organisation.ranksOwnTheirBus ? .list(prefix: "pseudo_channel", count: organisation.ranks) : .single
  }
}

/// What a RD or WR found in its bank.
public enum RowOutcome: UInt8, CaseIterable, Sendable {
  /// No RD or WR in this cycle.
  case none
  /// Its row was open, and this is not the first access since its ACT.
  case hit
  /// The row had to be opened in a bank that was closed or refreshed.
  case miss
  /// Another row had to be closed first.
  case conflict
}

extension DRAMChannel {
  /// What the RD or WR of this cycle found.
  public var outcome: RowOutcome {
    choice.kind.isColumn ? banks.outcome(choice.bank) : .none
  }

  func dataBus(_ bus: Int) -> (state: DataBusState, bank: Int) {
    let organisation = device.organisation
    let perBus = organisation.ranksOwnTheirBus ? organisation.banksPerRank : organisation.banks
    return bursts.carries(at: now, banks: bus * perBus..<(bus + 1) * perBus)
  }

  /// The first cycle after `cycle` in which a signal changes without a command or request: data ends, a bank is ready.
  func nextSignalChange(after cycle: Int) -> Int {
    var first = min(bursts.nextChange(after: cycle), banks.nextChange(after: cycle))
    for refresh in refreshes {
      if refresh.due > cycle { first = min(first, refresh.due) }
      if refresh.forced > cycle { first = min(first, refresh.forced) }
    }
    return first
  }
}
