import Compute
import Interconnect
import Mappings
import Memory
import Simulation
import Tensors

/// Where a flit of psums lies in its banks.
struct PsumPlace: Sendable, Codable, Equatable {
  var line = 0
  /// First psum within the line.
  var offset = 0
  var count = 0

  init() {}

  init(_ walk: PsumWalk, _ psumsPerLine: Int) {
    (line, offset) = walk.word.quotientAndRemainder(dividingBy: psumsPerLine)
    count = walk.count
  }
}

/// The flit that a walk comes to next.
struct ComingFlit: Sendable, Codable, Equatable {
  var isValid = false
  var place = PsumPlace()
  var chain = 0

  init() {}

  /// Behind the last flit the walk is over and there is none.
  init(_ walk: inout PsumWalk?, _ psumsPerLine: Int) {
    guard let next = walk, !next.isAtEnd else {
      walk = nil
      return
    }
    isValid = true
    place = PsumPlace(next, psumsPerLine)
    chain = next.chain
  }
}

/// Psums as they lie in a 64-bit line: four of 16 bits or two of 32.
struct PsumFormat: Sendable, Codable, Equatable {
  let bits: Int

  var perLine: Int { 64 / bits }

  func unpacked(_ line: UInt64, _ place: PsumPlace) -> SIMD4<Int32> {
    var psums = SIMD4<Int32>()
    for index in 0..<place.count {
      let field = line >> UInt64((place.offset + index) * bits)
      psums[index] = bits == 16 ? Int32(Int16(truncatingIfNeeded: field)) : Int32(truncatingIfNeeded: field)
    }
    return psums
  }

  func packed(_ psums: SIMD4<Int32>, _ place: PsumPlace) -> (line: UInt64, mask: UInt64) {
    let field = (UInt64(1) << UInt64(bits)) - 1
    var (line, mask) = (UInt64(0), UInt64(0))
    for index in 0..<place.count {
      let shift = UInt64((place.offset + index) * bits)
      line |= (UInt64(bitPattern: Int64(psums[index])) & field) << shift
      mask |= field << shift
    }
    return (line, mask)
  }
}

/// The PEs at both ends of a chain, and the tag of the bottom one on the psum network.
struct ChainEnds: Sendable, Codable, Equatable {
  let top, bottom, tagRow, tagColumn: Int

  init(_ chain: RowStationaryPlacement.Chain, _ ids: RowStationaryPlacement.IDs, columns: Int) {
    (top, bottom) = (chain.top, chain.bottom)
    tagRow = ids.rows[chain.bottom / columns]
    tagColumn = ids.columns[chain.bottom]
  }
}

/// A flit between the banks and a bus.
struct PsumFlit: Sendable, Codable, Equatable {
  var psums = SIMD4<Int32>()
  var place = PsumPlace()
  /// The chain it is for, its first filter, and whether it is the last one.
  var chain = 0
  var filter = 0
  var isLast = false
}

/// Reads psums of the channel steps before from their banks and hands them to the bottoms of the chains.
struct PsumReader: Sendable, Codable {
  private let format: PsumFormat
  private(set) var walk: PsumWalk?
  private(set) var coming = ComingFlit()
  private(set) var flits = Link<PsumFlit>(capacity: 2, filler: PsumFlit())
  private var fetches = false
  private(set) var wordsRead = 0

  init(_ format: PsumFormat) { self.format = format }

  mutating func begin(_ walk: PsumWalk) {
    self.walk = walk
    coming = ComingFlit(&self.walk, format.perLine)
  }

  mutating func evaluateFetch(_ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region) {
    guard coming.isValid, flits.canSend, let line = glb.read(region, line: coming.place.line) else { return }
    flits.send(PsumFlit(psums: format.unpacked(line, coming.place), place: coming.place, chain: coming.chain))
    fetches = true
  }

  mutating func evaluateSend(
    _ network: inout MulticastNetwork, _ array: inout RowStationaryArray, _ ends: [ChainEnds]
  ) {
    guard let flit = flits.front else { return }
    let end = ends[flit.chain]
    let fires = array.pushPsum(flit.psums, to: end.bottom)
    network.drive(row: end.tagRow, column: end.tagColumn, words: flit.place.count, fires: fires)
    if fires { flits.receive() }
  }

  mutating func commit() {
    if fetches {
      fetches = false
      wordsRead += coming.place.count
      walk?.advance()
      coming = ComingFlit(&walk, format.perLine)
    }
    flits.commit()
  }

  var isIdle: Bool { walk == nil && flits.isQuiescent }
}

/// Takes psums from the tops of the chains over the output network and writes them to their banks.
struct PsumWriter: Sendable, Codable {
  private let format: PsumFormat
  private(set) var walk: PsumWalk?
  private(set) var coming = ComingFlit()
  private(set) var flits = Link<PsumFlit>(capacity: 2, filler: PsumFlit())
  private(set) var takes = false
  private(set) var wordsWritten = 0
  private var writes = 0

  init(_ format: PsumFormat) { self.format = format }

  mutating func begin(_ walk: PsumWalk) {
    self.walk = walk
    coming = ComingFlit(&self.walk, format.perLine)
  }

  mutating func evaluateTake(_ array: inout RowStationaryArray, _ ends: [ChainEnds]) {
    guard coming.isValid, flits.canSend, let psums = array.takePsum(from: ends[coming.chain].top) else { return }
    flits.send(PsumFlit(psums: psums, place: coming.place, chain: coming.chain))
    takes = true
  }

  mutating func evaluateStore(_ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region) {
    guard let flit = flits.front else { return }
    let (line, mask) = format.packed(flit.psums, flit.place)
    guard glb.write(region, line: flit.place.line, line, mask: mask) else { return }
    flits.receive()
    writes = flit.place.count
  }

  mutating func commit() {
    wordsWritten += writes
    writes = 0
    if takes {
      takes = false
      walk?.advance()
      coming = ComingFlit(&walk, format.perLine)
    }
    flits.commit()
  }

  var isIdle: Bool { walk == nil && flits.isQuiescent }
}

/// Reads a finished tile from its banks for the output stage: bias, ReLU, coder.
struct PsumDump: Sendable, Codable {
  private let format: PsumFormat
  private(set) var walk: PsumWalk?
  private(set) var flits = Link<PsumFlit>(capacity: 2, filler: PsumFlit())
  private var fetches = false
  private(set) var wordsRead = 0

  init(_ format: PsumFormat) { self.format = format }

  mutating func begin(_ walk: PsumWalk) { self.walk = walk }

  mutating func evaluateFetch(_ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region) {
    guard let walk, flits.canSend else { return }
    let place = PsumPlace(walk, format.perLine)
    guard let line = glb.read(region, line: place.line) else { return }
    flits.send(
      PsumFlit(
        psums: format.unpacked(line, place), place: place, chain: walk.chain, filter: walk.firstFilter,
        isLast: walk.isLast))
    fetches = true
  }

  /// Hands the front flit to the coder, bias added and negative elements cleared.
  mutating func evaluateOutput(
    _ coder: inout FmapCoder, _ words: inout Link<OutgoingWord>, biases: [Int32], firstFilter: Int,
    _ arithmetic: RowStationaryArithmetic, appliesReLU: Bool
  ) {
    coder.evaluate(&words) {
      guard let flit = flits.front else { return nil }
      flits.receive()
      var elements = flit.psums
      for index in 0..<flit.place.count {
        if !biases.isEmpty {
          elements[index] = arithmetic.sum(elements[index], biases[firstFilter + flit.filter + index])
        }
        if appliesReLU { elements[index] = max(0, elements[index]) }
      }
      return FmapCoder.Group(elements: elements, count: flit.place.count, isLast: flit.isLast)
    }
  }

  mutating func commit() {
    if fetches, let count = walk?.count {
      fetches = false
      wordsRead += count
      walk?.advance()
      if walk?.isAtEnd == true { walk = nil }
    }
    flits.commit()
  }

  /// Whether no further flit can be fetched for now.
  var isStill: Bool { walk == nil || !flits.canSend }
}
