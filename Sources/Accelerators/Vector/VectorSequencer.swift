import Compute
import Memory

/// The control of the vector unit: walks the results of its jobs and reads one operand vector a cycle.
///
/// It holds an address register for each lane, set with the first operand of a result vector; the taps of a window add to it.
struct VectorSequencer: Sendable, Codable {
  /// Jobs it holds.
  static let queueDepth = 4

  private(set) var jobs: [VectorJob] = []
  /// First result of the current vector, and which operand of it is next.
  private(set) var position = 0
  private(set) var tap = 0
  /// Jobs whose operands were all read, since the layer began.
  private(set) var finishedJobs = 0

  private var laneOffset: [Int32]
  private var laneRow: [Int32]
  private var laneColumn: [Int32]
  // Next state, latched by evaluate.
  private var newJobs: [VectorJob] = []
  private(set) var reads = false

  init(lanes: Int) {
    laneOffset = [Int32](repeating: 0, count: lanes)
    (laneRow, laneColumn) = (laneOffset, laneOffset)
  }

  mutating func beginLayer() { finishedJobs = 0 }

  var canQueue: Bool { jobs.count < Self.queueDepth }

  mutating func queue(_ job: VectorJob) {
    precondition(canQueue && newJobs.isEmpty && job.results > 0, "one job a cycle, while there is room")
    newJobs.append(job)
  }

  var isQuiescent: Bool { jobs.isEmpty && newJobs.isEmpty }

  /// Whether it reads at the next edge.
  func canRead(_ unit: borrowing VectorUnit) -> Bool { !jobs.isEmpty && unit.canSend }

  /// Reads at most one operand vector into the unit's queue.
  mutating func evaluate(psums: [Int32], buffer: inout VectorBuffer, unit: inout VectorUnit) {
    guard let job = jobs.first, unit.canSend else { return }
    let count = min(laneOffset.count, job.results - position)
    if tap == 0 { placeLanes(job, count) }
    let place = job.taps.place(tap)
    switch job.source {
    case .psums:
      for lane in 0..<count {
        unit.arriving.values[lane] = psums[Int(laneOffset[lane] &+ place.offset)]
        unit.arriving.presence[lane] = .operand
        unit.arriving.channels[lane] = laneRow[lane]
      }
    case .buffer(let isSigned):
      var operands = 0
      for lane in 0..<count {
        let presence = presence(lane, place, job.bounds)
        unit.arriving.presence[lane] = presence
        guard presence == .operand else { continue }
        let byte = buffer.byte(at: Int(laneOffset[lane] &+ place.offset))
        unit.arriving.values[lane] = isSigned ? Int32(Int8(bitPattern: byte)) : Int32(byte)
        operands += 1
      }
      buffer.countReads(operands)
    }
    unit.arriving.count = count
    unit.arriving.isFirst = tap == 0
    unit.arriving.isLast = tap == job.tapCount - 1
    unit.send()
    reads = true
  }

  private mutating func placeLanes(_ job: VectorJob, _ count: Int) {
    for lane in 0..<count {
      let place = job.elements.place(position + lane)
      laneOffset[lane] = place.offset
      laneRow[lane] = place.row
      laneColumn[lane] = place.column
    }
  }

  private func presence(_ lane: Int, _ tap: AffineAxis.Place, _ bounds: VectorJob.Bounds) -> VectorOperands.Presence {
    let row = laneRow[lane] &+ tap.row
    let column = laneColumn[lane] &+ tap.column
    if row >= 0, column >= 0, row < bounds.height, column < bounds.width { return .operand }
    return row < bounds.paddedHeight && column < bounds.paddedWidth ? .padding : .absent
  }

  /// Psums that are read in this cycle (after `evaluate`).
  var psumsRead: Int { reads && jobs[0].source == .psums ? min(laneOffset.count, jobs[0].results - position) : 0 }

  /// The clock edge.
  mutating func commit() {
    if reads {
      reads = false
      advance()
    }
    if !newJobs.isEmpty { jobs.append(newJobs.removeLast()) }
  }

  private mutating func advance() {
    tap += 1
    guard tap == jobs[0].tapCount else { return }
    tap = 0
    position += laneOffset.count
    guard position >= jobs[0].results else { return }
    position = 0
    finishedJobs += 1
    jobs.removeFirst()
  }
}
