public import Signals

/// Whose bytes a request over a memory port moves.
public enum OffChipTensor: UInt8, CaseIterable, Sendable, Codable {
  /// Operands of the layer: the ifmap of a convolution, the operands of a layer without MACs.
  case ifmap
  /// Weights.
  case filter
  /// Biases.
  case bias
  /// Factors of a requantisation, tables.
  case parameters
  /// Psums that leave the chip as they are.
  case psum
  /// Results behind the vector unit or a ReLU.
  case ofmap

  /// What a tensor is for the purposes of bandwidth.
  public enum Kind: String, CaseIterable, Sendable {
    /// Filters, biases, factors, tables.
    case weights
    /// What layers read and what they hand on.
    case activations
    /// Sums that are not results yet.
    case psums
  }

  /// Weights, activations or psums.
  public var kind: Kind {
    switch self {
    case .ifmap, .ofmap: .activations
    case .filter, .bias, .parameters: .weights
    case .psum: .psums
    }
  }
}

/// What one tensor moved over the memory's bus, and how much of it somebody wanted.
public struct TensorTraffic: Sendable, Codable, Equatable, CounterSet {
  /// Bytes that requesters wanted.
  public var usefulBytes = 0
  /// Those of them that the same layer had moved before.
  public var refetchedBytes = 0
  /// Bytes of whole bursts.
  public var movedBytes = 0

  /// All zero.
  public init() {}

  /// Bytes of bursts that nobody wanted; below 0 where a burst that another tensor's read fetched brought bytes of this one.
  public var paddingBytes: Int { movedBytes - usefulBytes }

  /// What each of them counts.
  public static let definitions: [CounterDefinition<TensorTraffic>] = [
    .init("useful_bytes", unit: "bytes", "Bytes of its requests that the machine wanted.") { $0.usefulBytes },
    .init("refetched_bytes", unit: "bytes", "Useful bytes that the same layer had moved before, in the same direction.")
    { $0.refetchedBytes },
    .init("moved_bytes", unit: "bytes", "Bytes of its bursts; an ideal memory's burst is one request.") {
      $0.movedBytes
    },
    .init("padding_bytes", unit: "bytes", "Bytes of its bursts that nobody wanted: moved - useful.") {
      $0.paddingBytes
    },
  ]
}

/// Every byte over a memory's bus by the tensor it belongs to.
public struct OffChipTraffic: Sendable, Codable, Equatable {
  private var tensors = [TensorTraffic](repeating: TensorTraffic(), count: OffChipTensor.allCases.count)
  private var read = TouchedBytes()
  private var written = TouchedBytes()

  /// Nothing moved yet.
  public init() {}

  /// What one tensor moved.
  public subscript(tensor: OffChipTensor) -> TensorTraffic { tensors[Int(tensor.rawValue)] }

  /// What all tensors moved.
  public var total: TensorTraffic {
    tensors.reduce(into: TensorTraffic()) {
      $0.usefulBytes += $1.usefulBytes
      $0.refetchedBytes += $1.refetchedBytes
      $0.movedBytes += $1.movedBytes
    }
  }

  /// A layer begins: what earlier ones moved is no refetch.
  public mutating func beginLayer() { (read, written) = (TouchedBytes(), TouchedBytes()) }

  /// Counts a request that a memory has taken.
  mutating func count(_ request: MemoryRequest) {
    let index = Int(request.tensor.rawValue)
    let old =
      request.isWrite
      ? written.touch(request.address, request.enables) : read.touch(request.address, request.enables)
    tensors[index].usefulBytes &+= request.enables.nonzeroBitCount
    tensors[index].refetchedBytes &+= old
  }

  /// Counts a burst that moves for a request.
  mutating func countBurst(_ request: MemoryRequest, bytes: Int) {
    tensors[Int(request.tensor.rawValue)].movedBytes &+= bytes
  }

  /// Every tensor's counters, each in a scope of its own.
  public func values(scope: String) -> [CounterValue] {
    OffChipTensor.allCases.flatMap { self[$0].values(scope: "\(scope).\($0)") }
  }
}

/// Which bytes of a memory were moved: one bit a byte, in pages that exist once a byte of them was.
struct TouchedBytes: Sendable, Codable, Equatable {
  /// Bytes of a page.
  private static let pageBytes = 1 << 16
  private var pages: [[UInt64]] = []

  /// Marks the bytes of an enable mask; returns how many of them were marked before. They lie in one block of 64 bytes.
  mutating func touch(_ address: Int, _ enables: UInt64) -> Int {
    let (page, offset) = address.quotientAndRemainder(dividingBy: Self.pageBytes)
    while pages.count <= page { pages.append([]) }
    if pages[page].isEmpty { pages[page] = [UInt64](repeating: 0, count: Self.pageBytes / 64) }
    let mask = enables &<< UInt64(offset & 63)
    let old = pages[page][offset &>> 6]
    pages[page][offset &>> 6] = old | mask
    return (old & mask).nonzeroBitCount
  }
}
