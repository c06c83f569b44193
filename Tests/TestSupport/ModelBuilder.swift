public import Tensors
public import Workloads

/// Builds small ONNX models in memory, for what no fixture shows.
public struct ModelBuilder {
  /// The model so far.
  public private(set) var model: ONNXModel

  /// An empty model of one operator set.
  public init(opset: Int64 = 13) throws {
    model = try ONNXModel(bytes: Self.empty(opset: opset), file: "built.onnx")
  }

  /// ir_version 8, an empty graph, one operator set.
  private static func empty(opset: Int64) -> [UInt8] {
    [8, 8, 0x3A, 0, 0x42, 2, 0x10, UInt8(opset)]
  }

  /// Declares an input.
  public mutating func input(_ name: String, _ type: ONNXDataType, _ extents: [Int64]) {
    var info = ONNXValueInfo()
    (info.name, info.typeNumber, info.dimensions) = (name, Int64(type.rawValue), extents.map { .extent($0) })
    model.inputs.append(info)
  }

  /// Declares an output.
  public mutating func output(_ name: String) {
    var info = ONNXValueInfo()
    info.name = name
    model.outputs.append(info)
  }

  /// Adds a constant.
  public mutating func weight(_ name: String, _ tensor: AnyTensor) {
    model.initializers.append(ONNXTensor(name: name, type: ONNXDataType(tensor.elementType), tensor: tensor))
  }

  /// Adds a node.
  public mutating func node(
    _ operatorName: String, _ inputs: [String], _ outputs: [String], _ attributes: [String: ONNXAttribute] = [:]
  ) {
    var node = ONNXNode()
    (node.operatorName, node.inputs, node.outputs, node.attributes) = (operatorName, inputs, outputs, attributes)
    model.nodes.append(node)
  }

  /// A QuantizeLinear or DequantizeLinear with a scale and an int8 zero point of its own.
  public mutating func quantisation(
    _ operatorName: String, _ input: String, _ output: String, _ scale: Float, _ zero: Int8
  ) {
    weight("\(output).scale", .float32(Tensor([], [scale])))
    weight("\(output).zero", .int8(Tensor([], [zero])))
    node(operatorName, [input, "\(output).scale", "\(output).zero"], [output])
  }
}
