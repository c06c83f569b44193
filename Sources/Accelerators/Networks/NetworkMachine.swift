public import Mappings
public import Memory
public import Signals
public import Simulation
import Tensors
public import Workloads

/// A machine that runs networks: an array for convolutions, a vector unit for the rest, a memory that keeps the activations.
public protocol NetworkMachine: Machine, ObservableMachine, Sendable, Codable {
  /// A convolution with its places off chip, as the machine's array executes it.
  associatedtype ArrayLayer: Sendable

  /// The bytes of its memory.
  var memoryContents: PagedMemory { get set }
  /// Every counter of its blocks, in a fixed order.
  var allCounters: [CounterValue] { get }
  /// Accesses of every level since an earlier state, for energy; between the two lies one layer.
  func accesses(since earlier: Self) -> AccessCounts

  /// Hands it a layer for the array. It must be quiescent.
  mutating func begin(_ layer: ArrayLayer)
  /// Hands it a layer for the vector unit alone. It must be quiescent.
  mutating func begin(_ layer: PlacedVectorLayer)

  /// `Simulator.run` of this machine. A requirement, so that each machine's loop is compiled for it.
  static func advance(_ simulator: inout Simulator<Self>, cycleLimit: Int) -> RunEnd
  /// `Simulator.run` of this machine with an observer.
  static func advance(
    _ simulator: inout Simulator<Self>, cycleLimit: Int, observing observer: inout some CycleObserver
  ) throws -> RunEnd
}

/// What a machine for networks is built as, and how its array takes a convolution.
public protocol NetworkSpec: Sendable {
  /// The machine.
  associatedtype Model: NetworkMachine

  /// The vector unit behind the array.
  var vector: VectorPath.Spec { get }
  /// The memory.
  var memory: OffChipMemory.Spec { get }

  /// A machine at rest. Throws where no such machine can be built.
  func makeMachine() throws -> Model
  /// Why its array cannot execute a convolution; nil if it can.
  func reasonAgainst(_ operation: QuantisedConvolution) -> String?
  /// A convolution as its array executes it; throws where it does not fit. Constants get their places.
  func arrayLayer(_ convolution: PlacedConvolution, constants: inout ConstantPlaces) throws -> Model.ArrayLayer
}

/// A convolution of a network and where its activations lie off chip.
public struct PlacedConvolution: Sendable {
  /// Its geometry, under the layer's name in the network.
  public let layer: ConvolutionLayer
  /// Filters, biases, zero points, requantisation.
  public let operation: QuantisedConvolution
  /// Whether ifmap elements are signed bytes.
  public let ifmapIsSigned: Bool
  /// First byte of the ifmap [N, C, H, W] and of the ofmap [N, M, P, Q], a byte an element.
  public let ifmapAddress, ofmapAddress: Int

  /// Zero point of the filters; they have one in common wherever an array executes the layer.
  public var filterZeroPoint: Int32 { operation.filterZeroPoints.first ?? 0 }
  /// Whether filter elements are signed bytes.
  public var filterIsSigned: Bool { operation.filter.elementType == .int8 }
}

/// Gives constants their places off chip, one behind the other.
public struct ConstantPlaces: Sendable {
  /// What the host places before the first run.
  public private(set) var constants: [(address: Int, bytes: [UInt8])] = []
  /// First byte behind all of them.
  public private(set) var end: Int
  private let alignment: Int

  /// Places from an address on, each a multiple of `alignment`.
  public init(from address: Int, alignment: Int) {
    (end, self.alignment) = (address, alignment)
  }

  /// Places bytes; returns the address of the first.
  public mutating func place(_ bytes: [UInt8]) -> Int {
    let address = reserve(bytes.count)
    constants.append((address, bytes))
    return address
  }

  /// Keeps room for bytes that are made later; returns the address of the first.
  public mutating func reserve(_ bytes: Int) -> Int {
    let address = end
    end = (address + bytes + alignment - 1) / alignment * alignment
    return address
  }
}
