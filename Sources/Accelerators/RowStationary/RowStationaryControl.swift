import Mappings
import Simulation

/// What the control of the row-stationary machine is about.
public enum RowStationaryPhase: UInt8, CaseIterable, Sendable, Codable {
  /// No layer, or a finished one.
  case idle
  /// The scan chain is loaded.
  case configure
  /// Biases come in, and factors for requantisation.
  case loadBias
  /// An ifmap tile comes in; the array stands still.
  case loadIfmap
  /// Passes run.
  case process
  /// An ofmap tile leaves; the array stands still.
  case dump
}

/// The sequencer: walks psum tiles and channel steps, one phase after the other.
struct RowStationaryControl: Sendable, Codable {
  private(set) var phase = RowStationaryPhase.idle
  private(set) var tileIndex = 0
  private(set) var step = 0
  /// The tile whose filters are ordered next.
  private(set) var filterTile = 0
  // Next state.
  private var next: RowStationaryPhase?
  private var ordersFilters = false

  /// What the sequencer sees of the rest, in committed state.
  struct View {
    var isConfigured = false
    var isLoaded = false
    var isProcessed = false
    var isDumped = false
    var canOrderIfmap = false
    var canOrderFilter = false
    var canOrderWrite = false
  }

  mutating func begin() {
    self = RowStationaryControl()
    phase = .configure
  }

  /// Decides what comes at the next edge.
  mutating func evaluate(_ program: RowStationaryProgram, _ view: View) -> (phase: RowStationaryPhase?, filters: Bool) {
    next = successor(program, view)
    let isConfigured = phase != .idle && phase != .configure
    ordersFilters = isConfigured && wantsFilters(program) && view.canOrderFilter
    return (next, ordersFilters)
  }

  private func successor(_ program: RowStationaryProgram, _ view: View) -> RowStationaryPhase? {
    switch phase {
    case .idle: return nil
    case .configure:
      guard view.isConfigured, view.canOrderIfmap else { return nil }
      return program.biasStream == nil && program.planes == nil ? .loadIfmap : .loadBias
    case .loadBias: return view.isLoaded && view.canOrderIfmap ? .loadIfmap : nil
    case .loadIfmap: return view.isLoaded ? .process : nil
    case .process:
      guard view.isProcessed else { return nil }
      if step + 1 < program.schedule.channelSteps { return view.canOrderIfmap ? .loadIfmap : nil }
      return view.canOrderWrite ? .dump : nil
    case .dump:
      guard view.isDumped else { return nil }
      if tileIndex + 1 == program.schedule.tileCount { return .idle }
      return view.canOrderIfmap ? .loadIfmap : nil
    }
  }

  /// Whether filters of a further tile are to be ordered.
  func wantsFilters(_ program: RowStationaryProgram) -> Bool { filterTile < program.tileCount }

  /// The tile and step that the coming phase is about.
  func target(_ program: RowStationaryProgram) -> (tile: Int, step: Int) {
    switch (phase, next) {
    case (.process, .loadIfmap): (tileIndex, step + 1)
    case (.dump, .loadIfmap): (tileIndex + 1, 0)
    default: (tileIndex, step)
    }
  }

  /// The clock edge; returns the phase that begins.
  mutating func commit(_ program: RowStationaryProgram) -> RowStationaryPhase? {
    if ordersFilters { filterTile += 1 }
    ordersFilters = false
    guard let next else { return nil }
    (tileIndex, step) = target(program)
    phase = next
    self.next = nil
    return next
  }
}

/// The scan chain: one bit a cycle of the link's clock, then a word to the core that the layer is configured.
struct ScanChain: Sendable, Codable {
  let bits: Int
  private(set) var shifted = 0
  private(set) var isRunning = false
  private var isShifting = false
  private var sends = false

  init(bits: Int) { self.bits = bits }

  mutating func begin() { (shifted, isRunning) = (0, true) }

  mutating func evaluate(_ done: inout Link<Bool>) {
    guard isRunning else { return }
    isShifting = shifted < bits
    if !isShifting, done.canSend {
      done.send(true)
      sends = true
    }
  }

  mutating func commit() {
    if isShifting { shifted += 1 }
    if sends { isRunning = false }
    (isShifting, sends) = (false, false)
  }
}
