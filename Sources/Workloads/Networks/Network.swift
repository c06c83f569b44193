public import Tensors

/// A network as hardware sees it: layers in execution order over named activation tensors.
///
/// Made from a graph by patterns (`Network.init(_:)`): quantised operators become integer layers with everything that a
/// machine needs, and what no machine executes stays with the golden model. `GoldenNetwork` executes it.
public struct Network: Sendable {
  /// A tensor between layers, an input or an output; stored as the file has it, N first, then channels.
  public struct Activation: Sendable {
    /// Its name in the file.
    public var name: String
    /// Its element type.
    public var elementType: ElementType
    /// Its extents.
    public var shape: Shape
    /// What its integers stand for; nil for real numbers.
    public var quantisation: Quantisation?
    /// Index of the layer that makes it; nil for inputs of the network.
    public var producer: Int?
  }

  /// One layer: what it computes, on which activations, and which ONNX nodes it came from.
  public struct Layer: Sendable {
    /// Its name: that of the ONNX node that gave it its operation.
    public var name: String
    /// What it computes.
    public var operation: LayerOperation
    /// Indices of the activations it takes.
    public var inputs: [Int]
    /// Index of the activation it makes.
    public var output: Int
    /// Labels of the ONNX nodes that it stands for, in execution order.
    public var sources: [String]
    /// Indices of these nodes in the graph.
    public var nodes: [Int]
  }

  /// How integer layers round.
  public struct Options: Sendable {
    /// Rounding of convolutions, additions and rescaling.
    public var scheme: RequantisationScheme
    /// Rounding of fully connected layers, which LiteRT's reference kernels round only once.
    public var fullyConnectedScheme: RequantisationScheme

    /// Options; both schemes are gemmlowp's double rounding unless given.
    public init(
      scheme: RequantisationScheme = .doubleRounding, fullyConnectedScheme: RequantisationScheme? = nil
    ) {
      self.scheme = scheme
      self.fullyConnectedScheme = fullyConnectedScheme ?? scheme
    }

    /// What LiteRT's reference kernels do.
    public static let litert = Options(scheme: .doubleRounding, fullyConnectedScheme: .singleRounding)
    /// What TensorFlow Lite Micro does.
    public static let tflm = Options(scheme: .doubleRounding)
    /// What onnxruntime does.
    public static let onnxruntime = Options(scheme: .float)
  }

  /// The graph it was lowered from.
  public let graph: Graph
  /// How integer layers round.
  public let options: Options
  /// Every activation.
  public let activations: [Activation]
  /// Layers in execution order.
  public let layers: [Layer]
  /// Indices of the activations that a run must be given.
  public let inputs: [Int]
  /// Indices of the activations that a run yields.
  public let outputs: [Int]
  /// Activation of every value of the graph that is stored.
  let storedActivations: [Int?]

  /// Lowers a graph.
  public init(_ graph: Graph, options: Options = Options()) throws(NetworkError) {
    var lowering = Lowering(graph, options: options)
    try lowering.lowerAll()
    self.graph = graph
    self.options = options
    activations = lowering.activations
    layers = lowering.layers
    inputs = lowering.inputs
    outputs = lowering.outputs
    storedActivations = lowering.stored
  }

  /// Reads a `.onnx` file, checks it and lowers it.
  public init(path: String, batch: Int = 1, options: Options = Options()) throws(NetworkError) {
    try self.init(try Graph(path: path, batch: batch), options: options)
  }

  /// Multiply-accumulates of all convolutions and fully connected layers.
  public var macs: Int { layers.reduce(0) { $0 + ($1.operation.convolution?.macs ?? 0) } }

  /// Weights and biases of all convolutions and fully connected layers.
  public var parameters: Int { layers.reduce(0) { $0 + $1.operation.parameters } }

  /// One line a layer: what it is and which ONNX nodes it stands for.
  public var explanation: String {
    layers.enumerated().map { index, layer in
      let inputs = layer.inputs.map { "\(activations[$0].shape)" }.joined(separator: " + ")
      return "\(index). \(layer.operation.summary): \(inputs) -> \(activations[layer.output].shape)  from "
        + layer.sources.joined(separator: ", ")
    }.joined(separator: "\n")
  }
}
