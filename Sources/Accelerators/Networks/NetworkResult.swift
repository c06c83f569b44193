public import Mappings
public import Signals
public import Tensors

/// What one run of a network gave: layer by layer, compared with the golden model.
public struct NetworkResult: Sendable, Equatable {
  /// One layer of a run.
  public struct Layer: Sendable, Equatable, Codable {
    /// Position in the network.
    public var index: Int
    /// Its name.
    public var name: String
    /// The network's cycle in which it began, and cycles that it took; 0 where the machine had no part in it.
    public var firstCycle: Int
    /// Cycles that it took.
    public var cycles: Int
    /// What the machine's blocks counted in these cycles.
    public var counters: [CounterValue]
    /// Accesses of every level in these cycles.
    public var accesses: AccessCounts
    /// What it made.
    public var output: AnyTensor
    /// How that differs from the golden model; nil if not at all.
    public var difference: TensorDifference?

    /// One counter by scope and name; 0 where there is none.
    public func counter(_ scope: String, _ name: String) -> Int {
      counters.first { $0.scope == scope && $0.name == name }?.value ?? 0
    }
  }

  /// Every layer.
  public var layers: [Layer]
  /// The network's outputs in file order.
  public var outputs: [AnyTensor]
  /// All cycles.
  public var cycles: Int

  /// Whether every layer is bit-exact.
  public var isExact: Bool { layers.allSatisfy { $0.difference == nil } }

  /// What all blocks counted in the whole run: the sum over the layers.
  public var counters: [CounterValue] {
    var sums = layers.first?.counters ?? []
    for layer in layers.dropFirst() {
      for (index, counter) in layer.counters.enumerated() { sums[index] = sums[index].adding(counter.value) }
    }
    return sums
  }
}

/// The first element in which a tensor differs from the golden one, and how many do.
public struct TensorDifference: Sendable, Equatable, Codable, CustomStringConvertible {
  /// Index of the first element that differs, outermost dimension first.
  public var index: [Int]
  /// Elements that differ, and all elements.
  public var count: Int
  /// All elements.
  public var elements: Int
  /// The machine's bytes and the golden ones.
  public var bytes: [UInt8]
  /// The golden bytes.
  public var goldenBytes: [UInt8]

  /// Compares two tensors of one type; nil if they are the same bit for bit.
  init?(_ tensor: AnyTensor, golden: AnyTensor) {
    let (mine, theirs) = (tensor.littleEndianBytes, golden.littleEndianBytes)
    guard mine != theirs else { return nil }
    let width = tensor.elementType.byteCount
    func element(_ bytes: [UInt8], _ index: Int) -> [UInt8] { Array(bytes[index * width..<(index + 1) * width]) }
    let different = (0..<tensor.shape.count).filter { element(mine, $0) != element(theirs, $0) }
    var rest = different[0]
    index = tensor.shape.strides.map { stride in
      defer { rest %= stride }
      return rest / stride
    }
    count = different.count
    elements = tensor.shape.count
    bytes = element(mine, different[0])
    goldenBytes = element(theirs, different[0])
  }

  /// The message a user reads.
  public var description: String {
    "\(count) of \(elements) elements differ from the golden model, first [\(index.map(String.init).joined(separator: ", "))]: "
      + "bytes \(bytes) instead of \(goldenBytes)"
  }
}

extension CounterValue {
  /// The same counter, `count` higher.
  func adding(_ count: Int) -> CounterValue {
    CounterValue(scope: scope, name: name, unit: unit, meaning: meaning, value: value + count)
  }
}
