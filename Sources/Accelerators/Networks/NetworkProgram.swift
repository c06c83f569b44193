public import Workloads

/// A network as a machine runs it: every layer's commands, and where every tensor lies off chip.
///
/// `ArrayLayer` is the form in which the machine's array takes a convolution.
public struct NetworkProgram<ArrayLayer: Sendable>: Sendable {
  /// One command to the machine.
  public enum Command: Sendable {
    /// A convolution or fully connected layer, its psums requantised on their way out.
    case array(ArrayLayer)
    /// A layer, or a part of one, for the vector unit alone.
    case vector(PlacedVectorLayer)
  }

  /// Who executes a layer.
  public enum Execution: Sendable {
    /// The machine, command after command.
    case machine([Command])
    /// Nobody: its bytes lie right already.
    case inPlace
    /// The golden model, outside the machine's time, because of `reason`.
    case golden(reason: String)

    /// A word for reports: which block does the work.
    public var place: String {
      switch self {
      case .machine(let commands):
        commands.contains { if case .array = $0 { true } else { false } } ? "array" : "vector unit"
      case .inPlace: "in place"
      case .golden: "golden model"
      }
    }
  }

  /// The network.
  public let network: Network
  /// Who executes each layer.
  public let executions: [Execution]
  /// First byte of every activation.
  public let addresses: [Int]
  /// Bytes that the host places before the first run: filters, biases, factors, tables.
  public let constants: [(address: Int, bytes: [UInt8])]
  /// Bytes of the machine's memory that the network needs.
  public let memoryBytes: Int

  /// The convolutions as the array executes them, in order.
  public var arrayLayers: [ArrayLayer] {
    executions.flatMap { execution -> [ArrayLayer] in
      guard case .machine(let commands) = execution else { return [] }
      return commands.compactMap { if case .array(let layer) = $0 { layer } else { nil } }
    }
  }

  /// Layers that no machine executes, with the reason.
  public var goldenLayers: [(name: String, reason: String)] {
    zip(network.layers, executions).compactMap { layer, execution in
      if case .golden(let reason) = execution { (layer.name, reason) } else { nil }
    }
  }
}
