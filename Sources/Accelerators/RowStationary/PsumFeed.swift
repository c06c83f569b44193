import Compute
import Mappings
import Memory
import Tensors
import Workloads

/// Where the psums of a tile lie in their banks: filters of a set side by side, then windows, images, rows and sets.
struct PsumPlaces: Sendable, Codable, Equatable {
  /// Extents of the tile.
  let images, filters, rows, windows: Int
  private let filtersOfSet, fullPitch, lastPitch: Int

  init(_ schedule: RowStationarySchedule, _ tile: RowStationaryTile) {
    let (resources, filtersOfSet) = (schedule.mapping.resources, schedule.mapping.parameters.p)
    (images, filters, rows) = (tile.images, tile.filters, tile.rows)
    windows = schedule.mapping.layer.outputWidth
    self.filtersOfSet = filtersOfSet
    fullPitch = resources.psumPitch(filtersOfSet)
    let rest = tile.filters % filtersOfSet
    lastPitch = resources.psumPitch(rest == 0 ? filtersOfSet : rest)
  }

  /// The place of a psum, counted in psums.
  func word(image: Int, filter: Int, row: Int, window: Int) -> Int {
    let (set, position) = filter.quotientAndRemainder(dividingBy: filtersOfSet)
    let pitch = (set + 1) * filtersOfSet <= filters ? fullPitch : lastPitch
    return set * rows * images * windows * fullPitch + ((row * images + image) * windows + window) * pitch + position
  }
}

/// Reads the psums of a finished tile in the order of planes [N, M, P, Q] and hands them to the vector unit, bias added.
///
/// One line of the psum banks a cycle, and of it one psum: the one beside it belongs to another plane. As many psums as the
/// unit has lanes make an operand vector.
struct PsumFeed: Sendable, Codable {
  private var places: PsumPlaces?
  private var image = 0
  private var filter = 0
  private var row = 0
  private var window = 0
  private var firstFilter = 0
  /// The vector that is being filled: psums and their channels.
  private var psums: [Int32] = []
  private var channels: [Int32] = []
  private let lanes: Int
  // Next state.
  private var fetched: Int32?
  private var sends = false

  /// Only layers of 8-bit operands are requantised.
  private var format: PsumFormat { PsumFormat(bits: 32) }

  init(lanes: Int) { self.lanes = lanes }

  mutating func begin(_ places: PsumPlaces, firstFilter: Int) {
    self.places = places
    (image, filter, row, window) = (0, 0, 0, 0)
    self.firstFilter = firstFilter
  }

  /// No tile under way.
  var isIdle: Bool { places == nil && psums.isEmpty }

  /// Whether the vector waits for nothing but room in the unit.
  private var isVectorReady: Bool { psums.count == lanes || places == nil && !psums.isEmpty }

  /// Whether `evaluate` would do anything.
  func canAct(_ unit: borrowing VectorUnit) -> Bool {
    isVectorReady ? unit.canSend : places != nil
  }

  /// Sends a full vector and reads one psum for the next.
  mutating func evaluate(
    _ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region, _ unit: inout VectorUnit, biases: [Int32],
    _ arithmetic: RowStationaryArithmetic
  ) {
    if isVectorReady, unit.canSend { send(&unit) }
    guard let places, psums.count < lanes || sends else { return }
    let word = places.word(image: image, filter: filter, row: row, window: window)
    var place = PsumPlace()
    (place.line, place.offset) = word.quotientAndRemainder(dividingBy: format.perLine)
    place.count = 1
    guard let line = glb.read(region, line: place.line) else { return }
    let bias = biases.isEmpty ? 0 : biases[firstFilter + filter]
    fetched = arithmetic.sum(format.unpacked(line, place)[0], bias)
  }

  private mutating func send(_ unit: inout VectorUnit) {
    for lane in psums.indices {
      unit.arriving.values[lane] = psums[lane]
      unit.arriving.channels[lane] = channels[lane]
      unit.arriving.presence[lane] = .operand
    }
    unit.arriving.count = psums.count
    (unit.arriving.isFirst, unit.arriving.isLast) = (true, true)
    unit.send()
    sends = true
  }

  mutating func commit() {
    if sends {
      sends = false
      psums.removeAll(keepingCapacity: true)
      channels.removeAll(keepingCapacity: true)
    }
    guard let psum = fetched else { return }
    fetched = nil
    psums.append(psum)
    channels.append(Int32(truncatingIfNeeded: firstFilter + filter))
    advance()
  }

  private mutating func advance() {
    guard let places else { return }
    window += 1
    if window < places.windows { return }
    (window, row) = (0, row + 1)
    if row < places.rows { return }
    (row, filter) = (0, filter + 1)
    if filter < places.filters { return }
    (filter, image) = (0, image + 1)
    if image == places.images { self.places = nil }
  }
}
