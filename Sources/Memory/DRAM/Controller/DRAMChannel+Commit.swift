extension DRAMChannel {
  /// Makes this cycle's decision and the offered request current.
  public mutating func commit(at cycle: Int) {
    completion.kind = .none
    completion.forwardedFrom = -1
    completion.acceptedSlot = -1
    wake = nextWake
    draining = nextDraining
    if choice.kind != .none {
      apply(choice, at: cycle)
      choice.kind = .none
    }
    if rowChoice.kind != .none {
      apply(rowChoice, at: cycle)
      rowChoice.kind = .none
    }
    if var offer = offered {
      offer.accepted = cycle
      accept(offer, at: cycle)
      offered = nil
    }
  }

  private mutating func apply(_ choice: Choice, at cycle: Int) {
    counters.commands[Int(choice.kind.rawValue)] &+= 1
    switch choice.kind {
    case .read, .write: moveBurst(choice, at: cycle)
    case .activate: open(choice, at: cycle)
    case .precharge:
      device.issue(.precharge, bank: choice.bank, at: cycle)
      close(choice.bank, ready: cycle &+ timing.precharge)
    case .prechargeAll, .refresh: applyToRank(choice, at: cycle)
    case .refreshBank:
      device.issue(.refreshBank, bank: choice.bank, at: cycle)
      banks.refreshed(choice.bank, ready: cycle &+ timing.refreshBank)
      noteRefresh(ofRank: device.organisation.rank(ofBank: choice.bank))
    case .none: break
    }
  }

  private mutating func moveBurst(_ choice: Choice, at cycle: Int) {
    let bank = choice.bank
    let isWrite = choice.kind == .write
    device.issue(isWrite ? .write : .read, bank: bank, at: cycle)
    classify(bank)
    banks.used(bank, at: cycle)
    counters.dataCycles &+= burstCycles
    if lastColumnIsWrite != isWrite {
      if hasMovedData { counters.turnarounds &+= 1 }
      lastColumnIsWrite = isWrite
    }
    hasMovedData = true
    if isWrite {
      Self.finish(&writes, releasing: &reads, choice, &completion)
      completion.dataEnd = cycle &+ writeLatency
    } else {
      Self.finish(&reads, releasing: &writes, choice, &completion)
      completion.dataEnd = cycle &+ readLatency
      let latency = cycle &+ readLatency &- completion.accepted
      counters.readLatencySum &+= latency
      if latency > counters.readLatencyMaximum { counters.readLatencyMaximum = latency }
    }
    bursts.append(start: completion.dataEnd &- burstCycles, end: completion.dataEnd, bank: bank, isWrite: isWrite)
  }

  /// Fills in the completion, takes the entry out and frees requests that waited for it.
  private static func finish(
    _ queue: inout RequestQueue, releasing other: inout RequestQueue, _ choice: Choice, _ completion: inout Completion
  ) {
    let position = choice.position
    completion.kind = choice.kind
    completion.tag = queue.waiting[position].tag
    completion.slot = Int(queue.waiting[position].slot)
    completion.bank = choice.bank
    completion.row = Int(queue.waiting[position].row)
    completion.column = Int(queue.waiting[position].column)
    completion.accepted = queue.waiting[position].accepted
    queue.remove(position)
    if other.held != 0 { release(&other, waitingFor: queue, completion) }
  }

  /// Frees the held requests to a burst that have no older request of the other queue before them.
  private static func release(
    _ held: inout RequestQueue, waitingFor queue: RequestQueue, _ completion: Completion
  ) {
    let before = queue.entries(bank: completion.bank, row: completion.row, column: completion.column)
    let oldest = before == 0 ? Int.max : queue.waiting[before.trailingZeroBitCount].accepted
    var rest = held.held & held.entries(bank: completion.bank, row: completion.row, column: completion.column)
    while rest != 0 {
      let position = rest.trailingZeroBitCount
      if held.waiting[position].accepted < oldest { held.held &= ~(1 &<< UInt64(position)) }
      rest &= rest &- 1
    }
  }

  @inline(__always)
  private mutating func classify(_ bank: Int) {
    switch banks.outcome(bank) {
    case .hit: counters.rowHits &+= 1
    case .miss: counters.rowMisses &+= 1
    case .conflict: counters.rowConflicts &+= 1
    case .none: break
    }
  }

  private mutating func open(_ choice: Choice, at cycle: Int) {
    let row = draining ? writes.waiting[choice.position].row : reads.waiting[choice.position].row
    device.issue(.activate, bank: choice.bank, row: Int(row), at: cycle)
    banks.opened(choice.bank, at: cycle, ready: cycle &+ timing.activate)
    reads.opened(bank: choice.bank, row: row)
    writes.opened(bank: choice.bank, row: row)
  }

  private mutating func close(_ bank: Int, ready: Int) {
    banks.closed(bank, ready: ready)
    reads.closed(bank: bank)
    writes.closed(bank: bank)
  }

  private mutating func applyToRank(_ choice: Choice, at cycle: Int) {
    device.issue(choice.kind, bank: choice.bank, at: cycle)
    let rank = device.organisation.rank(ofBank: choice.bank)
    let first = rank * device.organisation.banksPerRank
    for bank in first..<(first + device.organisation.banksPerRank) {
      if choice.kind == .refresh {
        banks.refreshed(bank, ready: cycle &+ timing.refresh)
      } else if banks.open & (1 &<< UInt64(bank)) != 0 {
        close(bank, ready: cycle &+ timing.prechargeAll)
      }
    }
    if choice.kind == .refresh { noteRefresh(ofRank: rank) }
  }
}

// MARK: - Acceptance

extension DRAMChannel {
  private mutating func accept(_ offer: Offer, at cycle: Int) {
    if offer.isWrite {
      counters.writes &+= 1
      let isHeld = reads.entries(bank: offer.bank, row: offer.row, column: offer.column) != 0
      let moved = writes.insert(
        bank: offer.bank, row: offer.row, column: offer.column, accepted: cycle, tag: offer.tag,
        openRow: device.openRow[offer.bank], isPartial: offer.isPartial, isHeld: isHeld)
      completion.acceptedSlot = writes.newestSlot
      if moved { search.holds = false }
      requestEntered(offer, isHeld: isHeld, at: cycle)
      return
    }
    counters.reads &+= 1
    let writesBefore = writes.entries(bank: offer.bank, row: offer.row, column: offer.column)
    if writesBefore != 0, writesBefore & writes.partial == 0 {
      forward(offer, from: 63 - writesBefore.leadingZeroBitCount, at: cycle)
      return
    }
    let moved = reads.insert(
      bank: offer.bank, row: offer.row, column: offer.column, accepted: cycle, tag: offer.tag,
      openRow: device.openRow[offer.bank], isPartial: false, isHeld: writesBefore != 0)
    if moved { search.holds = false }
    requestEntered(offer, isHeld: writesBefore != 0, at: cycle)
  }

  /// Answers a read from the youngest queued write to its burst, one cycle after acceptance.
  private mutating func forward(_ offer: Offer, from position: Int, at cycle: Int) {
    counters.forwardedReads &+= 1
    counters.readLatencySum &+= 1
    if counters.readLatencyMaximum < 1 { counters.readLatencyMaximum = 1 }
    completion.forwardedFrom = Int(writes.waiting[position].slot)
    completion.forwardedTag = offer.tag
  }
}
