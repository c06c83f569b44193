internal import Foundation
public import Tensors

/// An ONNX file as it was written: nodes, weights and declared values, not yet checked against each other.
public struct ONNXModel: Sendable {
  /// The file's name as the user gave it.
  public var file: String
  /// Version of the file format.
  public var irVersion: Int64
  /// The program that wrote it.
  public var producer: String
  /// Operator set version of each domain; the default domain is the empty string.
  public var opsets: [String: Int64]
  /// The network's name.
  public var graphName: String
  /// Nodes in file order.
  public var nodes: [ONNXNode]
  /// Weights and other constants in file order.
  public var initializers: [ONNXTensor]
  /// Declared inputs in file order; old files list their weights here too.
  public var inputs: [ONNXValueInfo]
  /// Declared outputs in file order.
  public var outputs: [ONNXValueInfo]

  /// Decodes the bytes of a `.onnx` file.
  ///
  /// Throws `NetworkError` with the byte offset for anything malformed, and with the tensor's name for external data.
  public init(bytes: [UInt8], file: String) throws(NetworkError) {
    self = try ONNXDecoder(bytes: bytes, file: file).model()
  }

  /// Reads a `.onnx` file.
  public init(path: String) throws(NetworkError) {
    let bytes = try Self.bytes(path: path)
    try self.init(bytes: bytes, file: path)
  }

  /// The bytes of a file, or an error that says why not.
  static func bytes(path: String) throws(NetworkError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw NetworkError(.malformed, file: path, "cannot be read: \(error.localizedDescription)")
    }
  }
}

/// One operator of an ONNX graph.
public struct ONNXNode: Sendable {
  /// Its name, often empty.
  public var name = ""
  /// The operator, such as `Conv`.
  public var operatorName = ""
  /// The operator's domain; the default domain is the empty string.
  public var domain = ""
  /// Names of the values it takes; an empty name is an optional input left out.
  public var inputs: [String] = []
  /// Names of the values it makes; an empty name is an optional output left out.
  public var outputs: [String] = []
  /// Its attributes by name.
  public var attributes: [String: ONNXAttribute] = [:]

  /// A node of which nothing is said yet.
  public init() {}

  /// What messages and reports call it: the operator and its name, or its first output where it has none.
  public var label: String {
    let name = name.isEmpty ? outputs.first ?? "" : name
    return name.isEmpty ? operatorName : "\(operatorName) \(name)"
  }
}

/// The value of an attribute.
public enum ONNXAttribute: Sendable {
  case integer(Int64)
  case float(Float)
  case string(String)
  case tensor(ONNXTensor)
  case integers([Int64])
  case floats([Float])
  case strings([String])
  /// Subgraphs, sparse tensors and type descriptions: named, not read.
  case unsupported(String)
}

/// A named tensor of an ONNX file.
public struct ONNXTensor: Sendable {
  /// Its name; empty in attributes.
  public var name: String
  /// The type in the file, which knows 4-bit integers.
  public var type: ONNXDataType
  /// The elements.
  public var tensor: AnyTensor

  /// Reads a `.pb` file that holds one `TensorProto`, as ONNX's conformance vectors do.
  public init(path: String) throws(NetworkError) {
    let bytes = try ONNXModel.bytes(path: path)
    try self.init(bytes: bytes, file: path)
  }

  /// Decodes one `TensorProto`.
  public init(bytes: [UInt8], file: String) throws(NetworkError) {
    self = try ONNXDecoder(bytes: bytes, file: file).tensor(
      ProtobufReader(bytes: bytes, range: 0..<bytes.count, file: file))
  }

  /// A tensor under a name, for models that are made in memory.
  public init(name: String, type: ONNXDataType, tensor: AnyTensor) {
    self.name = name
    self.type = type
    self.tensor = tensor
  }
}

/// A declared value: its name, and type and extents where the file gives them.
public struct ONNXValueInfo: Sendable {
  /// One declared extent.
  public enum Dimension: Equatable, Sendable {
    case extent(Int64)
    /// A symbolic or missing extent.
    case symbol(String)
  }

  /// Its name.
  public var name = ""
  /// The ONNX number of its element type; 0 where the file gives none.
  public var typeNumber: Int64 = 0
  /// Declared extents; nil where the file declares no shape.
  public var dimensions: [Dimension]?

  /// A value of which nothing is said yet.
  public init() {}
}
