import Compute
import Interconnect
import Mappings
import Memory
public import Simulation
import Tensors
import Workloads

extension RowStationaryMachine {
  /// Hands the machine a layer whose streams lie in its memory. It must be quiescent.
  public mutating func begin(_ program: RowStationaryProgram) {
    precondition(isQuiescent, "a machine runs one layer at a time")
    self.program = program
    layersBegun += 1
    vectorSide.begin(program.planes?.requantisation)
    control.begin(program)
    scanChain.begin()
    memory.beginLayer()
    let mapping = program.schedule.mapping
    ifmapReader = IfmapReader(program.ifmapCode)
    filterReader = FilterReader(spec.filterBuffer, program.filterCode)
    filterReader.begin(program.schedule)
    let format = PsumFormat(bits: 8 * program.arithmetic.psumBytes)
    psumReader = PsumReader(format)
    psumWriter = PsumWriter(format)
    psumDump = PsumDump(format)
    biases = []
    let banks = (mapping.ifmapGLBBytes + mapping.resources.bankBytes - 1) / mapping.resources.bankBytes
    ifmapBanks = .init(firstBank: 0, banks: banks)
    psumBanks = .init(firstBank: banks, banks: spec.glb.banks - banks)
    let roles = program.placement.roles
    array.configure(
      shape(program, step: 0), mapped: roles.indices.filter { roles[$0] != nil },
      tops: program.placement.chains.map(\.top))
    array.rest(.waitIfmap)
    chainEnds = program.placement.chains.map {
      ChainEnds($0, program.placement.psumIDs, columns: program.placement.columns)
    }
    psumNetwork.configure(program.placement.psumIDs, enabled: roles.map { $0 != nil })
    (filterRows, ifmapEnables) = (0, IfmapEnables())
    enableFilters(program, tile: program.schedule.tile(0))
  }

  /// What all PEs share in a step: the window is that of the step's part of the filter.
  private func shape(_ program: RowStationaryProgram, step: Int) -> RowStationaryArray.LayerShape {
    let layer = program.schedule.mapping.layer
    let window = (program.schedule.segment(step: step).columns.count - 1) * layer.dilationWidth + 1
    return .init(
      arithmetic: program.arithmetic, windowColumns: window, dilation: layer.dilationWidth,
      slideColumns: min(layer.strideWidth, window), windows: layer.outputWidth,
      psumsPerFlit: program.schedule.mapping.resources.psumsPerLine)
  }

  /// Filter rows go to the PEs of the strip's ofmap rows only.
  private mutating func enableFilters(_ program: RowStationaryProgram, tile: RowStationaryTile) {
    guard tile.rows != filterRows else { return }
    filterRows = tile.rows
    filterNetwork.configure(
      program.placement.filterIDs, enabled: program.placement.roles.map { ($0?.ofmapRow ?? .max) < tile.rows })
  }

  /// Ifmap words go to the PEs of the strip's ofmap rows, of the sets that have filters in the reader's pass, and of the filter
  /// rows of the step.
  private mutating func enableIfmaps(_ program: RowStationaryProgram, tile: RowStationaryTile, pass: Int) {
    let schedule = program.schedule
    let sets = (0..<schedule.mapping.parameters.t).prefix { schedule.filters(of: tile, pass: pass, set: $0) > 0 }.count
    let taps = schedule.segment(step: control.step).rows.count
    let enables = IfmapEnables(rows: tile.rows, sets: sets, taps: taps)
    guard enables != ifmapEnables else { return }
    ifmapEnables = enables
    ifmapNetwork.configure(
      program.placement.ifmapIDs,
      enabled: program.placement.roles.map { role in
        role.map { $0.ofmapRow < tile.rows && $0.filterSet < sets && $0.filterRow < taps } ?? false
      })
  }

  // MARK: One cycle

  mutating func evaluateControl() {
    // Filters are ordered as places fall free; everything else waits for the end of a phase.
    let isProcessed = array.busyPEs == 0 && psumWriter.isIdle
    let ordersFilters = control.wantsFilters && channels.filterCommands.canSend
    if control.phase == .process, !isProcessed, !ordersFilters { return }
    guard let program else { return }
    let view = RowStationaryControl.View(
      isConfigured: configured.hasFront, isLoaded: isLoaded, isProcessed: isProcessed, isDumped: isDumped,
      canOrderIfmap: channels.ifmapCommands.canSend, canOrderFilter: channels.filterCommands.canSend,
      canOrderWrite: channels.writeCommands.canSend)
    let (phase, filters) = control.evaluate(program, view)
    if filters { channels.filterCommands.send(program.filterStream(program.schedule.tile(control.filterTile))) }
    guard let phase else { return }
    if control.phase == .configure { configured.receive() }
    let target = control.target(program)
    switch phase {
    case .loadBias: if let stream = program.biasStream { channels.ifmapCommands.send(stream) }
    case .loadIfmap:
      let order = program.ifmapOrder(program.schedule.tile(target.tile), step: target.step)
      if let order { channels.ifmapCommands.send(order) }
    case .dump: if let streams = program.streams { channels.writeCommands.send(streams.ofmaps[target.tile]) }
    case .idle, .configure, .process: break
    }
  }

  /// What a phase of loading brings is in: biases and factors, or an ifmap tile.
  private var isLoaded: Bool {
    mutating get { decoder.isIdle && placer.isIdle && (control.phase != .loadBias || !vectorSide.isAwake) }
  }

  /// The ofmap tile has left the psum banks and the blocks behind them.
  private var isDumped: Bool { mutating get { coder.isDone && !vectorSide.isAwake } }

  mutating func evaluateCoder() {
    guard !coder.isDone, let program, let streams = program.streams else { return }
    psumDump.evaluateOutput(
      &coder, &channels.ofmapWords, biases: biases, firstFilter: firstFilter, program.arithmetic,
      appliesReLU: streams.appliesReLU)
  }

  mutating func evaluateVector() {
    bookVectorWait(cycles: 1)
    vectorSide.evaluate(&channels)
    guard let program else { return }
    vectorSide.feed.evaluate(&glb, psumBanks, &vectorSide.path.unit, biases: biases, program.arithmetic)
  }

  mutating func evaluateDecoder() {
    if !placer.isIdle { placer.evaluate(&channels.ifmapWords, &glb, ifmapBanks) }
    if decoder.isIdle { return }
    decodedLine = decoder.evaluate(&channels.ifmapWords)
    guard let line = decodedLine, control.phase == .loadIfmap else { return }
    let isWritten = glb.write(ifmapBanks, line: decodedLines, line)
    precondition(isWritten, "nobody reads the ifmap banks while they are filled")
  }

  mutating func commitCore() {
    counters.cycles += 1
    count(control.phase, cycles: 1)
    array.commit()
    bookWaits()
    vectorSide.commit()
    filterNetwork.commit()
    ifmapNetwork.commit()
    psumNetwork.commit()
    glb.commit()
    filterBuffer.commit()
    commitDecoder()
    coder.commit()
    commitReaders()
    // The program is a class, whose references are counted: it is looked at only where something changes.
    if control.isChanging, let program, let phase = control.commit(program) { enter(phase, program) }
  }

  private mutating func commitReaders() {
    if filterReader.commit(), let program, let tile = filterReader.walk?.tile { enableFilters(program, tile: tile) }
    let pass = ifmapReader.pass
    ifmapReader.commit()
    if let next = ifmapReader.pass, next != pass, let program {
      enableIfmaps(program, tile: program.schedule.tile(control.tileIndex), pass: next)
    }
    psumReader.commit()
    psumWriter.commit()
    psumDump.commit()
  }

  private mutating func commitDecoder() {
    decoder.commit()
    placer.commit()
    guard let line = decodedLine else { return }
    decodedLine = nil
    decodedLines += 1
    guard control.phase == .loadBias, let program else { return }
    let bits = 8 * program.arithmetic.psumBytes
    for index in 0..<64 / bits where biases.count < program.biasCount {
      let field = line >> UInt64(index * bits)
      biases.append(bits == 16 ? Int32(Int16(truncatingIfNeeded: field)) : Int32(truncatingIfNeeded: field))
    }
  }

  private mutating func count(_ phase: RowStationaryPhase, cycles: Int) {
    switch phase {
    case .idle: if program == nil { counters.vectorCycles += cycles }
    case .configure, .loadBias: counters.configureCycles += cycles
    case .loadIfmap: counters.loadCycles += cycles
    case .process: counters.processCycles += cycles
    case .dump: counters.dumpCycles += cycles
    }
  }

  // MARK: Phases

  private mutating func enter(_ phase: RowStationaryPhase, _ program: RowStationaryProgram) {
    let tile = program.schedule.tile(control.tileIndex)
    switch phase {
    case .idle, .configure: break
    case .loadBias:
      decodedLines = 0
      let words = (program.biasCount * program.arithmetic.psumBytes + 7) / 8
      decoder.begin(lines: words, elements: program.biasCount, isCoded: false)
    case .loadIfmap:
      decodedLines = 0
      array.rest(.waitIfmap)
      beginIfmap(program, tile)
    case .process: beginPasses(program, tile)
    case .dump:
      array.rest(.waitOutput)
      beginDump(program, tile)
    }
  }

  private mutating func beginIfmap(_ program: RowStationaryProgram, _ tile: RowStationaryTile) {
    switch program.fmaps {
    case .streams(let streams):
      let elements = IfmapWalk(program.schedule, tile, step: control.step).storedElements
      let lines = (elements * program.ifmapCode.bytes + 7) / 8
      decoder.begin(lines: lines, elements: elements, isCoded: streams.codesIfmap)
    case .planes(let planes):
      placer.begin(planes.ifmap(tile, step: control.step, program.schedule))
    }
  }

  private mutating func beginDump(_ program: RowStationaryProgram, _ tile: RowStationaryTile) {
    switch program.fmaps {
    case .streams(let streams):
      firstFilter = tile.firstFilter
      psumDump.begin(PsumWalk(program.schedule, tile))
      coder.begin(isCoded: streams.codesOfmap, elementBytes: program.arithmetic.psumBytes)
    case .planes(let planes):
      vectorSide.requantise(
        PsumPlaces(program.schedule, tile), firstFilter: tile.firstFilter,
        store: planes.ofmap(tile, program.schedule.mapping.layer))
    }
  }

  private mutating func beginPasses(_ program: RowStationaryProgram, _ tile: RowStationaryTile) {
    let schedule = program.schedule
    let passes = schedule.passes(of: tile)
    counters.passes += passes
    let taps = schedule.segment(step: control.step).rows.count
    array.reshape(shape(program, step: control.step))
    ifmapReader.begin(IfmapWalk(schedule, tile, step: control.step), passes: passes)
    enableIfmaps(program, tile: tile, pass: 0)
    if control.step > 0 { psumReader.begin(PsumWalk(schedule, tile)) }
    psumWriter.begin(PsumWalk(schedule, tile))
    for (number, role) in program.placement.roles.enumerated() {
      guard let role, role.ofmapRow < tile.rows else { continue }
      let last = schedule.filters(of: tile, pass: passes - 1, set: role.filterSet)
      let filters = schedule.mapping.parameters.p
      array.assign(
        .init(
          passes: last > 0 ? passes : passes - 1, filters: filters, lastFilters: last > 0 ? last : filters,
          channels: role.filterRow < taps ? schedule.channels(step: control.step, set: role.channelSet) : 0,
          rows: tile.images,
          takesPsum: control.step > 0 || role.chainRow < program.placement.chainRows - 1), to: number)
    }
  }

  // MARK: Engine

  /// Each domain is busy while one of its blocks can act.
  public mutating func activity(of domain: Int, after cycle: Int) -> Activity {
    switch domain {
    case 0: return coreActivity()
    case 1:
      let activity = portActivity()
      guard activity != .busy, memoryDomain == 1 else { return activity }
      return activity.sooner(memory.activity(requests: requests, responses: responses, after: cycle))
    default: return memoryActivity(after: cycle)
    }
  }

  private mutating func coreActivity() -> Activity {
    if control.phase == .process || vectorSide.isAwake && vectorSide.isBusy(channels) { return .busy }
    switch control.phase {
    case .process: return .busy
    case .idle:
      return channels.isChipSettled && configured.isReceiverSettled && array.isQuiescent ? .waiting : .busy
    case .configure, .loadBias, .loadIfmap, .dump:
      let isStill =
        array.isAsleep && channels.isChipSettled && configured.isReceiverSettled && !configured.hasFront
        && !isLoaded == (control.phase == .loadBias || control.phase == .loadIfmap)
        && !decoder.canAct(channels.ifmapWords) && !placer.canAct(channels.ifmapWords)
        && !filterReader.canAct(channels.filterWords, filterNetwork, array)
        && !coder.canAct(channels.ofmapWords, isOffered: psumDump.flits.hasFront)
        && psumDump.isStill && !canOrderFilters && !(control.phase == .dump && isDumped)
      return isStill ? .waiting : .busy
    }
  }

  private var canOrderFilters: Bool {
    mutating get {
      guard let program, control.phase != .configure else { return false }
      return control.filterTile < program.tileCount && channels.filterCommands.canSend
    }
  }

  private mutating func portActivity() -> Activity {
    if scanChain.isRunning || !configured.isSenderSettled { return .busy }
    if requests.senderIsSettling || responses.receiverIsSettling { return .busy }
    return port.activity(channels, requests: requests, responses: responses)
  }

  /// A DRAM that nobody asks anything refreshes on, but not for a chip that waits for nothing that could still come.
  private mutating func memoryActivity(after cycle: Int) -> Activity {
    if requests.receiverIsSettling || responses.senderIsSettling { return .busy }
    let isIdle = requests.isQuiescent && responses.isQuiescent && memory.isQuiescent
    if isIdle, coreActivity() == .waiting, portActivity() == .waiting { return .waiting }
    return memory.activity(requests: requests, responses: responses, after: cycle)
  }

  /// Books skipped cycles in the phase and with the labels that they had.
  public mutating func credit(skipped cycles: Int, domain: Int) {
    guard domain == 0 else {
      if domain == 1 { port.credit(skipped: cycles) }
      return
    }
    counters.cycles += cycles
    count(control.phase, cycles: cycles)
    array.credit(skipped: cycles)
    bookWaits()
    bookVectorWait(cycles: cycles)
    vectorSide.credit(skipped: cycles, channels)
    if filterReader.isOffering { filterNetwork.credit(blocked: cycles) }
  }

  /// The layer is finished and its last word has reached the memory.
  public var isQuiescent: Bool {
    mutating get {
      control.phase == .idle && array.isQuiescent && !vectorSide.isAwake && channels.isQuiescent && port.isQuiescent
        && memory.isQuiescent && requests.isQuiescent && responses.isQuiescent && configured.isQuiescent
        && !scanChain.isRunning
    }
  }

  /// A faulty stream, or the phase that does not end.
  public var waits: [Wait] {
    var waits: [Wait] = []
    if let fault = decoder.fault { waits.append(Wait(block: "decoder", cause: "\(fault)")) }
    if control.phase != .idle { waits.append(Wait(block: "control", cause: "the end of phase \(control.phase)")) }
    if vectorSide.isAwake { waits.append(Wait(block: "vector_unit", cause: "operands or room for results")) }
    if !port.isQuiescent { waits.append(Wait(block: "port", cause: "words from memory or the core")) }
    if let wait = memory.pendingWait { waits.append(wait) }
    return waits
  }
}

extension MulticastNetwork {
  mutating func configure(_ ids: RowStationaryPlacement.IDs, enabled: [Bool]) {
    configure(rowIDs: ids.rows, columnIDs: ids.columns, enabled: enabled)
  }
}
