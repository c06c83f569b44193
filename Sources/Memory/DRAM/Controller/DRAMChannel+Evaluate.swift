extension DRAMChannel {
  /// Decides this cycle's commands from committed state.
  ///
  /// In priority order: refresh that cannot wait, the request that waited too long, column commands, row commands, closing of
  /// rows that nobody wants.
  public mutating func evaluate(at cycle: Int) {
    nextDraining = draining
    nextWake = wake
    guard cycle >= wake else { return }
    nextDraining = servesWrites(at: cycle)
    var search = Search(cycle: cycle)
    considerRefreshes(&search)
    if nextDraining {
      considerRequests(of: writes, .write, &search)
    } else {
      considerRequests(of: reads, .read, &search)
    }
    considerClosing(&search)
    noteStarvation(&search)
    decide(search)
  }

  /// Takes the best candidate of each bus if it can go now; else the cycle to wake in.
  private mutating func decide(_ search: Search) {
    let cycle = search.cycle
    var column = search.column
    var row = search.row
    if !hasRowBus {
      if row.key < column.key { column = row }
      row = Search.Candidate()
    }
    if column.time <= cycle { choice = column.choice }
    if row.time <= cycle { rowChoice = row.choice }
    nextWake = min(search.wake, min(max(column.time, cycle &+ 1), max(row.time, cycle &+ 1)))
    if choice.kind != .none || rowChoice.kind != .none { nextWake = cycle &+ 1 }
  }

  private func considerRequests(of queue: borrowing RequestQueue, _ kind: DRAMCommandKind, _ search: inout Search) {
    guard queue.occupied != 0 else { return }
    let oldest = queue.oldest
    if search.cycle &- queue.accepted[oldest] >= options.starvationLimit {
      considerStarving(oldest, of: queue, kind, &search)
    }
    switch options.scheduling {
    case .fcfs: considerOldest(of: queue, kind, &search)
    case .frfcfs: considerReady(of: queue, kind, &search)
    }
  }

  /// The next command for one request: column command if its row is open, else PRE or ACT.
  @inline(__always)
  func considerEntry(
    _ position: Int, of queue: borrowing RequestQueue, _ kind: DRAMCommandKind, _ urgency: Search.Urgency?,
    _ search: inout Search
  ) {
    let bank = Int(queue.bank[position])
    let open = device.openRow[bank]
    if open == queue.row[position] {
      search.consider(
        kind, bank: bank, position: position, at: device.earliest(kind, bank: bank), urgency ?? .column)
    } else {
      let needed: DRAMCommandKind = open < 0 ? .activate : .precharge
      search.consider(
        needed, bank: bank, position: position, at: device.earliest(needed, bank: bank), urgency ?? .row)
    }
  }

  /// A request that waited beyond the limit goes first, and its bank serves nobody else.
  private func considerStarving(
    _ position: Int, of queue: borrowing RequestQueue, _ kind: DRAMCommandKind, _ search: inout Search
  ) {
    let bit: UInt64 = 1 &<< UInt64(queue.bank[position])
    guard search.blocked & bit == 0, queue.held & (1 &<< UInt64(position)) == 0 else { return }
    considerEntry(position, of: queue, kind, .first, &search)
    search.blocked |= bit
  }

  /// The cycle in which a request begins to count as starving is an event: decisions change there.
  private func noteStarvation(_ search: inout Search) {
    if reads.occupied != 0 { search.note(reads.accepted[reads.oldest] &+ options.starvationLimit) }
    if writes.occupied != 0 { search.note(writes.accepted[writes.oldest] &+ options.starvationLimit) }
  }
}

/// A search for the command of a cycle: the best candidate of each bus so far.
///
/// A candidate's key orders by time, then urgency, then age; times before the searched cycle count as that cycle. The minimum
/// is what a cycle-by-cycle arbiter would choose first, and when.
struct Search {
  enum Urgency: Int {
    case first
    case column
    case row
    case closing
  }

  struct Candidate {
    var key = Int.max
    var choice = DRAMChannel.Choice()
    var time: Int { key == Int.max ? Int.max : key &>> 8 }
  }

  let cycle: Int
  var column = Candidate()
  var row = Candidate()
  /// Banks that requests may not use in this cycle.
  var blocked: UInt64 = 0
  /// The next cycle in which decisions change though no command is issued.
  var wake = Int.max

  init(cycle: Int) { self.cycle = cycle }

  @inline(__always)
  mutating func consider(_ kind: DRAMCommandKind, bank: Int, position: Int, at earliest: Int, _ urgency: Urgency) {
    let key = max(earliest, cycle) &<< 8 | urgency.rawValue &<< 6 | max(position, 0)
    if kind.isColumn {
      guard key < column.key else { return }
      column = Candidate(key: key, choice: DRAMChannel.Choice(kind: kind, bank: bank, position: position))
    } else {
      guard key < row.key else { return }
      row = Candidate(key: key, choice: DRAMChannel.Choice(kind: kind, bank: bank, position: position))
    }
  }

  /// Notes a cycle in which to look again.
  @inline(__always)
  mutating func note(_ time: Int) {
    if time > cycle, time < wake { wake = time }
  }
}
