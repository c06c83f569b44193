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
  func word(_ element: Element) -> Int {
    let (set, position) = element.filter.quotientAndRemainder(dividingBy: filtersOfSet)
    let pitch = (set + 1) * filtersOfSet <= filters ? fullPitch : lastPitch
    let window = (element.row * images + element.image) * windows + element.window
    return set * rows * images * windows * fullPitch + window * pitch + position
  }

  /// An element of the tile, in the order of planes [N, M, P, Q].
  struct Element: Sendable, Codable, Equatable {
    private(set) var image = 0
    private(set) var filter = 0
    private(set) var row = 0
    private(set) var window = 0

    /// Goes on to the next element; behind the last one the image is beyond the tile.
    mutating func advance(in places: PsumPlaces) {
      window += 1
      if window < places.windows { return }
      (window, row) = (0, row + 1)
      if row < places.rows { return }
      (row, filter) = (0, filter + 1)
      if filter < places.filters { return }
      (filter, image) = (0, image + 1)
    }
  }
}

/// Reads the psums of a finished tile in the order of planes [N, M, P, Q] and hands them to the vector unit, bias added.
///
/// Neighbours of a plane lie in lines of their own: of each line that the banks give in a cycle one psum is used, the one beside
/// it belongs to another plane. As many psums as the unit has lanes make an operand vector.
struct PsumFeed: Sendable, Codable {
  private var places: PsumPlaces?
  private var element = PsumPlaces.Element()
  private var firstFilter = 0
  /// The vector that is being filled: psums and their channels.
  private var vector = Psums()
  private let lanes: Int
  private let linesPerCycle: Int
  // Next state.
  private var fetched = Psums()
  private var next = PsumPlaces.Element()
  private var sends = false

  /// Psums on their way to the unit, and their channels.
  private struct Psums: Sendable, Codable, Equatable {
    var psums: [Int32] = []
    var channels: [Int32] = []

    mutating func append(_ psum: Int32, channel: Int) {
      psums.append(psum)
      channels.append(Int32(truncatingIfNeeded: channel))
    }

    mutating func append(_ others: Psums) {
      psums.append(contentsOf: others.psums)
      channels.append(contentsOf: others.channels)
    }

    mutating func removeAll() {
      psums.removeAll(keepingCapacity: true)
      channels.removeAll(keepingCapacity: true)
    }
  }

  /// Only layers of 8-bit operands are requantised.
  private var format: PsumFormat { PsumFormat(bits: 32) }

  init(lanes: Int, linesPerCycle: Int) { (self.lanes, self.linesPerCycle) = (lanes, linesPerCycle) }

  mutating func begin(_ places: PsumPlaces, firstFilter: Int) {
    self.places = places
    element = PsumPlaces.Element()
    self.firstFilter = firstFilter
  }

  /// No tile under way.
  var isIdle: Bool { places == nil && vector.psums.isEmpty }

  /// Whether the vector waits for nothing but room in the unit.
  private var isVectorReady: Bool { vector.psums.count == lanes || places == nil && !vector.psums.isEmpty }

  /// Whether `evaluate` would do anything.
  func canAct(_ unit: borrowing VectorUnit) -> Bool {
    isVectorReady ? unit.canSend : places != nil
  }

  /// Sends a full vector and reads psums for the next, as far as lines and banks of one cycle reach.
  mutating func evaluate(
    _ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region, _ unit: inout VectorUnit, biases: [Int32],
    _ arithmetic: RowStationaryArithmetic
  ) {
    if isVectorReady, unit.canSend { send(&unit) }
    guard let places else { return }
    let room = sends ? lanes : lanes - vector.psums.count
    next = element
    var place = PsumPlace()
    var (line, lines) = (UInt64(0), 0)
    while fetched.psums.count < room, next.image < places.images {
      let (number, offset) = places.word(next).quotientAndRemainder(dividingBy: format.perLine)
      if lines == 0 || number != place.line {
        guard lines < linesPerCycle, let read = glb.read(region, line: number) else { break }
        (line, lines) = (read, lines + 1)
      }
      (place.line, place.offset, place.count) = (number, offset, 1)
      let bias = biases.isEmpty ? 0 : biases[firstFilter + next.filter]
      fetched.append(arithmetic.sum(format.unpacked(line, place)[0], bias), channel: firstFilter + next.filter)
      next.advance(in: places)
    }
  }

  private mutating func send(_ unit: inout VectorUnit) {
    for lane in vector.psums.indices {
      unit.arriving.values[lane] = vector.psums[lane]
      unit.arriving.channels[lane] = vector.channels[lane]
      unit.arriving.presence[lane] = .operand
    }
    unit.arriving.count = vector.psums.count
    (unit.arriving.isFirst, unit.arriving.isLast) = (true, true)
    unit.send()
    sends = true
  }

  mutating func commit() {
    if sends {
      sends = false
      vector.removeAll()
    }
    guard let places, !fetched.psums.isEmpty else { return }
    vector.append(fetched)
    fetched.removeAll()
    element = next
    if element.image == places.images { self.places = nil }
  }
}
