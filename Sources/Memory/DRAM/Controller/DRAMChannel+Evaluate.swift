// Functions on the way of every cycle are `mutating` though they change only the search: a nonmutating call from a mutating
// function copies the channel.
extension DRAMChannel {
  /// Decides this cycle's commands from committed state.
  ///
  /// In priority order: refresh that cannot wait, the request that waited too long, column commands, row commands, closing of
  /// rows that nobody wants. A search that found nothing for its own cycle is kept until its time comes; whatever could change
  /// it discards it.
  public mutating func evaluate(at cycle: Int) {
    now = cycle
    nextDraining = draining
    nextWake = wake
    guard cycle >= wake || ignoresWake else { return }
    if !search.holds || cycle >= search.wake || ignoresWake { look(at: cycle) }
    decide(at: cycle)
  }

  @inline(never)
  private mutating func look(at cycle: Int) {
    nextDraining = servesWrites(at: cycle)
    search = Search(cycle: cycle)
    if options.refresh != .off { considerRefreshes() }
    considerRequests(writes: nextDraining, at: cycle)
    if options.page != .open { considerClosing() }
    if reads.occupied != 0 { search.note(reads.waiting[reads.oldest].accepted &+ options.starvationLimit) }
    if writes.occupied != 0 { search.note(writes.waiting[writes.oldest].accepted &+ options.starvationLimit) }
    search.holds = true
    if !hasRowBus, search.row.key < search.column.key {
      search.column = search.row
      search.row = Search.Candidate()
    } else if !hasRowBus {
      search.row = Search.Candidate()
    }
  }

  /// Takes the best candidate of each bus if it can go now; else the cycle to wake in.
  private mutating func decide(at cycle: Int) {
    let time = search.time
    guard time <= cycle else {
      nextWake = min(search.wake, time)
      return
    }
    if search.column.time <= cycle { choice = search.column.choice }
    if search.row.time <= cycle { rowChoice = search.row.choice }
    search.holds = false
    nextWake = cycle &+ 1
  }

  private mutating func considerRequests(writes isWrite: Bool, at cycle: Int) {
    let occupied = isWrite ? writes.occupied : reads.occupied
    guard occupied != 0 else { return }
    let oldest = occupied.trailingZeroBitCount
    let accepted = isWrite ? writes.waiting[oldest].accepted : reads.waiting[oldest].accepted
    if cycle &- accepted >= options.starvationLimit { considerStarving(oldest, isWrite: isWrite) }
    switch options.scheduling {
    case .fcfs: considerOldest(isWrite: isWrite)
    case .frfcfs: considerReady(isWrite: isWrite)
    }
  }

  /// The next command for one request: column command if its row is open, else PRE or ACT.
  mutating func considerEntry(_ position: Int, isWrite: Bool, _ urgency: Search.Urgency?) {
    let bank = Int(isWrite ? writes.waiting[position].bank : reads.waiting[position].bank)
    let kind = nextCommand(
      bank: bank, row: isWrite ? writes.waiting[position].row : reads.waiting[position].row, isWrite: isWrite)
    search.consider(
      kind, bank: bank, position: position, at: device.earliest(kind, bank: bank),
      urgency ?? (kind.isColumn ? .column : .row))
  }

  /// What a request for a row of a bank needs next.
  @inline(__always)
  mutating func nextCommand(bank: Int, row: Int32, isWrite: Bool) -> DRAMCommandKind {
    let open = device.openRow[bank]
    if open == row { return isWrite ? .write : .read }
    return open < 0 ? .activate : .precharge
  }

  /// A request that waited beyond the limit goes first, and its bank serves nobody else.
  private mutating func considerStarving(_ position: Int, isWrite: Bool) {
    let bank = isWrite ? writes.waiting[position].bank : reads.waiting[position].bank
    let held = isWrite ? writes.held : reads.held
    let bit: UInt64 = 1 &<< UInt64(bank)
    guard search.blocked & bit == 0, held & (1 &<< UInt64(position)) == 0 else { return }
    considerEntry(position, isWrite: isWrite, .first)
    search.blocked |= bit
  }

  /// A request entered its queue: discards the kept search if the request could change it, else leaves it be.
  mutating func requestEntered(_ offer: Offer, isHeld: Bool, at cycle: Int) {
    let starving = offer.accepted &+ options.starvationLimit
    if starving < search.wake { search.wake = starving }
    if starving < wake { wake = starving }
    guard search.holds, options.page == .open, search.column.key & 0xC0 != 0, search.row.key & 0xC0 != 0,
      servesWrites(at: cycle &+ 1) == draining
    else {
      search.holds = false
      wake = cycle &+ 1
      return
    }
    guard offer.isWrite == draining, !isHeld else { return }
    let kind = nextCommand(bank: offer.bank, row: Int32(truncatingIfNeeded: offer.row), isWrite: offer.isWrite)
    let time = max(device.earliest(kind, bank: offer.bank), cycle &+ 1)
    let isPlanned = search.column.choice.bank == offer.bank || search.row.choice.bank == offer.bank
    if isPlanned || (time <= search.time && options.scheduling != .frfcfs) {
      search.holds = false
      wake = min(wake, time)
    } else if search.blocked & (1 &<< UInt64(offer.bank)) == 0, options.scheduling == .frfcfs {
      let hits = offer.isWrite ? writes.hits(offer.bank) & ~writes.held : reads.hits(offer.bank) & ~reads.held
      if kind == .precharge, hits != 0 { return }
      join(kind, bank: offer.bank, isWrite: offer.isWrite, at: time)
      wake = min(wake, time)
    }
  }

  /// The youngest request joins the kept search: an older one of its bank that needs the same command is there already.
  private mutating func join(_ kind: DRAMCommandKind, bank: Int, isWrite: Bool, at time: Int) {
    let position = isWrite ? writes.youngest : reads.youngest
    let urgency = kind.isColumn ? Search.Urgency.column : .row
    let key = Search.key(at: time, urgency, position)
    let candidate = Search.Candidate(key: key, choice: Choice(kind: kind, bank: bank, position: position))
    if kind.isColumn || !hasRowBus {
      if key < search.column.key { search.column = candidate }
    } else if key < search.row.key {
      search.row = candidate
    }
  }
}
