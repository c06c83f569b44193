public import Compute
public import Interconnect
import Mappings
public import Memory
public import Simulation
import Tensors

/// The row-stationary machine after Eyeriss: PE array, multicast networks, global buffer, run-length coded off-chip link.
///
/// ```
///   link clock  |  core clock
///               |                    +--> filter banks --> filter GIN --+
///   memory <-> port <-> FIFOs -----> decoder -> ifmap banks -> ifmap GIN -> [ PE array ] --LN--> up the chains
///               |                        coder <- psum banks -> psum GIN --+      |
///               |<--> vector unit <-----------------+  ^------------------- GON <-+
///   scan chain -+-> control
/// ```
/// In a network, ifmaps come as planes through a placer instead of the decoder, and psums leave through the vector unit
/// instead of the coder; layers without MACs are the vector unit's alone.
///
/// Its stored properties are its bill of materials; `Step` is its block diagram.
public struct RowStationaryMachine: Machine, Sendable, Codable {
  /// The blocks that act at a clock edge. They see each other's committed state only, so their order does not matter.
  public enum Step: CaseIterable, Hashable, Sendable {
    /// Shifts the layer's configuration in (link clock).
    case scanChain
    /// Turns orders into requests, answers into words (link clock).
    case port
    /// Answers requests, on the link's clock.
    case memory
    /// Answers requests, on the memory's own clock.
    case clockedMemory
    /// Decides on the phase, orders streams.
    case control
    /// Decodes ifmap words into lines, or puts the bytes of planes to their places: both enter the ifmap banks.
    case decoder
    /// Lets filters into their banks and out of them.
    case filterBanks
    /// Reads ifmap lines.
    case ifmapBanks
    /// Writes psums, then reads psums: two accesses a cycle, as long as they meet in no bank.
    case psumBanks
    /// Bias, ReLU, run-length coder.
    case coder
    /// Bias, requantisation, pooling, addition: the vector unit and its transfers.
    case vector
    /// One multicast a cycle on each of the three input networks, one flit on the output network.
    case filterNetwork
    case ifmapNetwork
    case psumNetwork
    case outputNetwork
    /// Psums from PE to PE.
    case localNetwork
  }

  /// What the machine was built as.
  public let spec: RowStationarySpec
  /// The layer that its array runs, if any.
  public internal(set) var program: RowStationaryProgram?
  /// Layers begun since the machine was built.
  var layersBegun = 0

  /// The PEs; they advance at the clock edge.
  public internal(set) var array: RowStationaryArray
  /// The three input networks.
  public internal(set) var filterNetwork, ifmapNetwork, psumNetwork: MulticastNetwork
  /// Banks for ifmaps and psums, and banks for filters.
  public internal(set) var glb, filterBuffer: GlobalBuffer
  /// Between link and ifmap banks.
  public internal(set) var decoder: FmapDecoder
  /// Between psum banks and link.
  public internal(set) var coder: FmapCoder
  /// In the place of the decoder where fmaps are planes.
  var placer = IfmapPlacer()
  /// In the place of the coder where psums are requantised; alone in layers without MACs.
  var vectorSide: VectorSide
  var control = RowStationaryControl()
  var scanChain: ScanChain
  /// The far end of the link.
  public internal(set) var port = LinkPort()
  var channels: LinkPort.Channels
  var configured: Link<Bool>
  var requests: Link<MemoryRequest>
  var responses: Link<MemoryBeat>
  /// Holds the streams.
  public var memory: OffChipMemory

  var ifmapReader: IfmapReader
  var filterReader: FilterReader
  var psumReader: PsumReader
  var psumWriter: PsumWriter
  var psumDump: PsumDump
  var biases: [Int32] = []
  /// Where each chain of the layer begins and ends; the first filter of the tile that is dumped.
  var chainEnds: [ChainEnds] = []
  var firstFilter = 0
  /// Banks of the two halves, set by the layer's configuration.
  var ifmapBanks: GlobalBuffer.Region
  var psumBanks: GlobalBuffer.Region

  /// What the control counted.
  public internal(set) var counters = RowStationaryCounters()

  // Next state, latched by evaluate.
  var decodedLine: UInt64?
  var decodedLines = 0
  /// Rows and filter sets that the networks are configured for.
  var filterRows = 0
  var ifmapEnables = IfmapEnables()

  struct IfmapEnables: Sendable, Codable, Equatable {
    var rows = 0
    var sets = 0
    var taps = 0
  }

  /// A machine at rest. The spec must have passed its check.
  public init(_ spec: RowStationarySpec) {
    self.spec = spec
    memoryDomain = spec.memory.clock == nil ? 1 : 2
    let network = MulticastNetwork(rows: spec.array.rows, columns: spec.array.columns)
    array = RowStationaryArray(spec.array)
    (filterNetwork, ifmapNetwork, psumNetwork) = (network, network, network)
    glb = GlobalBuffer(spec.glb)
    filterBuffer = GlobalBuffer(spec.filterBuffer)
    decoder = FmapDecoder(elementsPerCycle: spec.codecElementsPerCycle)
    coder = FmapCoder(elementsPerCycle: spec.codecElementsPerCycle)
    vectorSide = VectorSide(spec.vector, glb: spec.glb, portBytes: spec.memory.portBytes)
    scanChain = ScanChain(bits: spec.configurationBits)
    channels = LinkPort.Channels(depth: spec.linkFIFODepth, stages: spec.synchroniserStages)
    configured = Link(capacity: 1, synchroniserStages: spec.synchroniserStages, filler: false)
    let (capacity, stages) = (spec.memory.linkCapacity, spec.memory.linkStages)
    requests = Link(capacity: capacity, synchroniserStages: stages, filler: .empty)
    responses = Link(capacity: capacity, synchroniserStages: stages, filler: MemoryBeat(repeating: 0))
    memory = OffChipMemory(spec.memory)
    let code = OperandCode(bytes: 2, isSigned: true, zeroPoint: 0)
    ifmapReader = IfmapReader(code)
    filterReader = FilterReader(spec.filterBuffer, code)
    let format = PsumFormat(bits: 16)
    psumReader = PsumReader(format)
    psumWriter = PsumWriter(format)
    psumDump = PsumDump(format)
    ifmapBanks = .init(firstBank: 0, banks: 1)
    psumBanks = .init(firstBank: 1, banks: 1)
  }

  // MARK: Machine

  /// Core, link, and the memory's clock if it has one of its own.
  public var clockDomains: [ClockDomain] {
    [spec.coreClock, spec.linkClock] + (spec.memory.clock.map { [$0] } ?? [])
  }

  /// The domain whose clock the memory runs on.
  let memoryDomain: Int

  /// Scan chain, port and a memory without a clock of its own run on the link's clock.
  public static func clockDomain(of step: Step) -> Int {
    switch step {
    case .scanChain, .port, .memory: 1
    case .clockedMemory: 2
    case .control, .decoder, .filterBanks, .ifmapBanks, .psumBanks, .coder, .vector, .filterNetwork, .ifmapNetwork,
      .psumNetwork, .outputNetwork, .localNetwork:
      0
    }
  }

  /// Hands one block what it touches.
  public mutating func evaluate(_ step: Step, cycle: Int) {
    switch step {
    case .scanChain: scanChain.evaluate(&configured)
    case .port: port.evaluate(&channels, requests: &requests, responses: &responses)
    case .memory:
      if memoryDomain == 1 { memory.evaluate(requests: &requests, responses: &responses, cycle: cycle) }
    case .clockedMemory: memory.evaluate(requests: &requests, responses: &responses, cycle: cycle)
    case .vector: if vectorSide.isAwake { evaluateVector() }
    case .control: evaluateControl()
    case .decoder: evaluateDecoder()
    case .filterBanks: filterReader.evaluateBanks(&filterBuffer, &channels.filterWords)
    case .ifmapBanks: ifmapReader.evaluateFetch(&glb, ifmapBanks)
    case .psumBanks:
      psumWriter.evaluateStore(&glb, psumBanks)
      psumReader.evaluateFetch(&glb, psumBanks)
      psumDump.evaluateFetch(&glb, psumBanks)
    case .coder: evaluateCoder()
    case .filterNetwork: filterReader.evaluateSend(&filterNetwork, &array)
    case .ifmapNetwork: ifmapReader.evaluateSend(&ifmapNetwork, &array)
    case .psumNetwork: psumReader.evaluateSend(&psumNetwork, &array, chainEnds)
    case .outputNetwork: psumWriter.evaluateTake(&array, chainEnds)
    case .localNetwork: array.evaluateLocalNetwork()
    }
  }

  /// The clock edge of one domain or of several.
  public mutating func commit(_ edges: ClockEdges) {
    let (core, link) = (edges.contains(domain: 0), edges.contains(domain: 1))
    let hasMemory = edges.contains(domain: memoryDomain)
    if core { commitCore() }
    if link {
      scanChain.commit()
      port.commit()
    }
    if hasMemory { memory.commit() }
    requests.commit(sender: link, receiver: hasMemory)
    responses.commit(sender: hasMemory, receiver: link)
    channels.commit(chip: core, port: link)
    configured.commit(sender: link, receiver: core)
  }
}
