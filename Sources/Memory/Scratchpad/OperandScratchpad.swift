public import Signals

/// How the bytes of an operand become the bits in an operand register.
public enum OperandFormat: String, Sendable, Codable, CaseIterable {
  /// Signed byte less the zero point, sign-extended.
  case int8
  /// Unsigned byte less the zero point.
  case uint8
  /// Two bytes, little-endian, unchanged.
  case bfloat16

  /// Bytes of one operand.
  public var bytes: Int { self == .bfloat16 ? 2 : 1 }
}

/// A banked on-chip memory for one operand, with the address generator that feeds one edge of the array.
///
/// Element e lies in bank e mod `banks`; each bank reads `readPorts` words a cycle. A vector whose lanes meet in one bank
/// takes as many cycles as that bank needs. Elements in the padding are not read: the generator drives zero. The zero point
/// is subtracted on the way out: from here on a zero operand is the number 0.
public struct OperandScratchpad: Sendable, Codable {
  /// What is fixed when the scratchpad is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// Capacity in bytes, all halves together.
    public var bytes: Int
    /// Banks, interleaved element by element.
    public var banks: Int
    /// Words that one bank reads a cycle.
    public var readPorts: Int
    /// Cycles from address to data.
    public var latencyCycles: Int
    /// 2 where one half fills while the other is read, else 1.
    public var halves: Int

    /// A spec by its parts.
    public init(bytes: Int, banks: Int, readPorts: Int, latencyCycles: Int, halves: Int) {
      self.bytes = bytes
      self.banks = banks
      self.readPorts = readPorts
      self.latencyCycles = latencyCycles
      self.halves = halves
    }

    /// Bytes of one half.
    public var halfBytes: Int { bytes / halves }
  }

  /// What the scratchpad counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Elements read.
    public var reads = 0
    /// Elements of padding, which are made and not read.
    public var paddingReads = 0
    /// Vectors read.
    public var vectors = 0
    /// Cycles lost to bank conflicts.
    public var conflictCycles = 0
    /// Bytes written by deliveries.
    public var writtenBytes = 0

    /// What each of them counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("reads", unit: "accesses", "Operands read from a bank.") { $0.reads },
      .init("padding_operands", unit: "accesses", "Operands that lie in the padding: driven as zero, not read.") {
        $0.paddingReads
      },
      .init("vectors", unit: "accesses", "Vectors handed to the array's edge.") { $0.vectors },
      .init(
        "bank_conflict_cycles", unit: "cycles", "Cycles beyond the first that vectors took because lanes met in a bank."
      ) {
        $0.conflictCycles
      },
      .init("written_bytes", unit: "bytes", "Bytes written by transfers from off chip.") { $0.writtenBytes },
    ]
  }

  /// What is fixed when the scratchpad is built.
  public let spec: Spec
  /// What it counted.
  public private(set) var counters = Counters()
  /// How operands are stored.
  public private(set) var format: OperandFormat
  /// Subtracted from every operand that is read.
  public private(set) var zeroPoint: Int16

  var storage: [UInt8]
  /// The vector read in this step; lanes beyond those in use are 0.
  public private(set) var vector: [Int16]

  private var lanes: LaneAddresses
  private var steps = AxisWalk(.dense(stride: 0), at: 0)
  /// Index of the fold's first vector on the axis of steps.
  private var firstStep = 0
  /// The plane that rows and columns must lie in.
  private var height: UInt32 = 0
  private var width: UInt32 = 0
  // The read of this step, for observers.
  private(set) var isReading = false
  private(set) var readStep = 0
  private(set) var lastConflictCycles = 0
  private var bankLoad: [Int32]
  private let canConflict: Bool

  /// A scratchpad of zeros for an edge of `lanes` lanes.
  public init(_ spec: Spec, lanes: Int, format: OperandFormat) {
    self.spec = spec
    self.format = format
    zeroPoint = 0
    storage = [UInt8](repeating: 0, count: spec.bytes)
    vector = [Int16](repeating: 0, count: lanes)
    self.lanes = LaneAddresses(lanes: lanes)
    bankLoad = [Int32](repeating: 0, count: spec.banks)
    // With a port for every lane in every bank, no two lanes can meet.
    canConflict = spec.readPorts < lanes
  }

  /// Sets what the operands of the next layer look like.
  public mutating func configure(format: OperandFormat, zeroPoint: Int16) {
    self.format = format
    self.zeroPoint = zeroPoint
  }

  // MARK: Reading

  /// Loads the address generator with a fold's walk.
  public mutating func begin(_ stream: OperandStream) {
    lanes.set(stream)
    steps = AxisWalk(stream.steps, at: stream.firstStep)
    firstStep = stream.firstStep
    height = UInt32(truncatingIfNeeded: min(stream.height, Int(Int32.max)))
    width = UInt32(truncatingIfNeeded: min(stream.width, Int(Int32.max)))
    for lane in stream.laneCount..<vector.count { vector[lane] = 0 }
  }

  /// Reads vector `step` of the current walk into `vector`; returns the cycles that its bank conflicts cost.
  public mutating func read(step: Int) -> Int {
    steps.move(to: firstStep &+ step)
    let walk = VectorWalk(place: steps.place, height: height, width: width)
    let inside =
      switch format {
      case .int8:
        readVector(storage, lanes, walk, zeroPoint, into: &vector, bytes: 1) {
          Int16(Int8(bitPattern: unsafe $0[unchecked: $1]))
        }
      case .uint8:
        readVector(storage, lanes, walk, zeroPoint, into: &vector, bytes: 1) { Int16(unsafe $0[unchecked: $1]) }
      case .bfloat16:
        readVector(storage, lanes, walk, zeroPoint, into: &vector, bytes: 2) {
          let (low, high) = unsafe ($0[unchecked: 2 &* $1], $0[unchecked: 2 &* $1 &+ 1])
          return Int16(bitPattern: UInt16(low) | UInt16(high) << 8)
        }
      }
    isReading = true
    readStep = step
    counters.vectors += 1
    counters.reads += inside
    counters.paddingReads += lanes.count - inside
    lastConflictCycles = canConflict ? conflictCycles(walk) : 0
    return lastConflictCycles
  }

  /// The clock edge of the read port.
  public mutating func commitRead() { isReading = false }

  /// The element that a lane reads in this step, -1 in the padding or if it reads none.
  func address(lane: Int) -> Int {
    let walk = VectorWalk(place: steps.place, height: height, width: width)
    guard isReading, lane < lanes.count, walk.isInside(row: lanes.row[lane], column: lanes.column[lane]) else {
      return -1
    }
    return Int(lanes.offset[lane] &+ walk.place.offset)
  }

  private mutating func conflictCycles(_ walk: VectorWalk) -> Int {
    for bank in bankLoad.indices { bankLoad[bank] = 0 }
    var most: Int32 = 0
    for lane in 0..<lanes.count where walk.isInside(row: lanes.row[lane], column: lanes.column[lane]) {
      let bank = Int(lanes.offset[lane] &+ walk.place.offset) % spec.banks
      bankLoad[bank] += 1
      most = max(most, bankLoad[bank])
    }
    let extra = max(0, (Int(most) + spec.readPorts - 1) / spec.readPorts - 1)
    counters.conflictCycles += extra
    return extra
  }

  // MARK: Writing

  /// The clock edge of a delivery: bytes `first..<first + count` of a beat become visible at `address`.
  public mutating func commitWrite(_ beat: MemoryBeat, first: Int, count: Int, at address: Int) {
    precondition(address + count <= spec.bytes, "a delivery lies inside the scratchpad")
    for offset in 0..<count { storage[address + offset] = beat[first + offset] }
    counters.writtenBytes += count
  }
}

/// What all lanes of one vector share.
struct VectorWalk {
  let place: AffineAxis.Place
  let height: UInt32
  let width: UInt32

  @inline(__always)
  func isInside(row: Int32, column: Int32) -> Bool {
    UInt32(bitPattern: row &+ place.row) < height && UInt32(bitPattern: column &+ place.column) < width
  }
}

/// Reads one element of `bytes` a lane; returns how many lanes lie inside the plane.
///
/// Mostly all of them do: then they are checked together.
@inline(__always)
private func readVector(
  _ storage: [UInt8], _ lanes: LaneAddresses, _ walk: VectorWalk, _ zeroPoint: Int16, into vector: inout [Int16],
  bytes: Int, decode: (Span<UInt8>, Int) -> Int16
) -> Int {
  let storage = storage.span
  let offset = lanes.offset.span
  var vector = vector.mutableSpan
  let elements = storage.count / bytes
  precondition(lanes.count <= vector.count && lanes.count <= offset.count, "a vector has one address a lane")
  if lanes.areInside(walk) {
    let range = lanes.elements(walk)
    precondition(range.lowerBound >= 0 && range.upperBound < elements, "a walk stays in its scratchpad")
    let start = Int(walk.place.offset)
    for lane in 0..<lanes.count {
      let address = unsafe Int(offset[unchecked: lane]) &+ start
      unsafe vector[unchecked: lane] = decode(storage, address) &- zeroPoint
    }
    return lanes.count
  }
  var inside = 0
  for lane in 0..<lanes.count {
    if walk.isInside(row: lanes.row[lane], column: lanes.column[lane]) {
      let address = unsafe Int(offset[unchecked: lane] &+ walk.place.offset)
      precondition(address >= 0 && address < elements, "a walk stays in its scratchpad")
      unsafe vector[unchecked: lane] = decode(storage, address) &- zeroPoint
      inside += 1
    } else {
      unsafe vector[unchecked: lane] = 0
    }
  }
  return inside
}
