internal import Tensors

/// Turns protobuf fields into an `ONNXModel`; field numbers are those of `onnx.proto` (ONNX 1.20).
struct ONNXDecoder {
  let bytes: [UInt8]
  let file: String

  func model() throws(NetworkError) -> ONNXModel {
    var model = ONNXModel(file: file)
    var reader = ProtobufReader(bytes: bytes, range: 0..<bytes.count, file: file)
    var hasGraph = false
    while let (number, value) = try reader.next() {
      switch number {
      case 1: model.irVersion = try reader.integer(value, "ir_version")
      case 2: model.producer = try reader.string(value, "producer_name")
      case 7:
        try graph(reader.message(value, "graph"), into: &model)
        hasGraph = true
      case 8:
        let (domain, version) = try opset(reader.message(value, "opset_import"))
        model.opsets[domain == "ai.onnx" ? "" : domain] = version
      default: break
      }
    }
    if !hasGraph { throw NetworkError(.malformed, file: file, "is not an ONNX model: it has no graph (field 7)") }
    if model.opsets.isEmpty {
      throw NetworkError(.malformed, file: file, "imports no operator set (field 8): the file is cut short or very old")
    }
    return model
  }

  private func opset(_ message: ProtobufReader) throws(NetworkError) -> (String, Int64) {
    var reader = message
    var domain = ""
    var version: Int64 = 0
    while let (number, value) = try reader.next() {
      if number == 1 { domain = try reader.string(value, "opset domain") }
      if number == 2 { version = try reader.integer(value, "opset version") }
    }
    return (domain, version)
  }

  private func graph(_ message: ProtobufReader, into model: inout ONNXModel) throws(NetworkError) {
    var reader = message
    while let (number, value) = try reader.next() {
      switch number {
      case 1: model.nodes.append(try node(reader.message(value, "node")))
      case 2: model.graphName = try reader.string(value, "graph name")
      case 5: model.initializers.append(try tensor(reader.message(value, "initializer")))
      case 11: model.inputs.append(try valueInfo(reader.message(value, "input")))
      case 12: model.outputs.append(try valueInfo(reader.message(value, "output")))
      case 15: throw NetworkError(.unsupported, file: file, "has sparse initializers; only dense ones are read")
      default: break
      }
    }
  }

  private func node(_ message: ProtobufReader) throws(NetworkError) -> ONNXNode {
    var reader = message
    var node = ONNXNode()
    while let (number, value) = try reader.next() {
      switch number {
      case 1: node.inputs.append(try reader.string(value, "node input"))
      case 2: node.outputs.append(try reader.string(value, "node output"))
      case 3: node.name = try reader.string(value, "node name")
      case 4: node.operatorName = try reader.string(value, "op_type")
      case 5:
        let (name, attribute) = try attribute(reader.message(value, "attribute"))
        node.attributes[name] = attribute
      case 7:
        let domain = try reader.string(value, "node domain")
        node.domain = domain == "ai.onnx" ? "" : domain
      default: break
      }
    }
    return node
  }

  private func attribute(_ message: ProtobufReader) throws(NetworkError) -> (String, ONNXAttribute) {
    var reader = message
    var name = ""
    var type: Int64 = 0
    var values = AttributeValues()
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = try reader.string(value, "attribute name")
      case 20: type = try reader.integer(value, "attribute type")
      case 5: values.tensor = try tensor(reader.message(value, "attribute tensor"))
      default: try values.take(number, value, reader)
      }
    }
    return (name, values.attribute(type: type))
  }

  private func valueInfo(_ message: ProtobufReader) throws(NetworkError) -> ONNXValueInfo {
    var reader = message
    var info = ONNXValueInfo()
    while let (number, value) = try reader.next() {
      if number == 1 { info.name = try reader.string(value, "value name") }
      guard number == 2 else { continue }
      var type = try reader.message(value, "value type")
      while let (kind, body) = try type.next() {
        if kind == 1 { try tensorType(type.message(body, "tensor type"), into: &info) }
      }
    }
    return info
  }

  private func tensorType(_ message: ProtobufReader, into info: inout ONNXValueInfo) throws(NetworkError) {
    var reader = message
    while let (number, value) = try reader.next() {
      if number == 1 { info.typeNumber = try reader.integer(value, "element type") }
      guard number == 2 else { continue }
      var shape = try reader.message(value, "shape")
      var dimensions: [ONNXValueInfo.Dimension] = []
      while let (field, body) = try shape.next() {
        if field == 1 { dimensions.append(try dimension(shape.message(body, "dimension"))) }
      }
      info.dimensions = dimensions
    }
  }

  private func dimension(_ message: ProtobufReader) throws(NetworkError) -> ONNXValueInfo.Dimension {
    var reader = message
    var dimension = ONNXValueInfo.Dimension.symbol("?")
    while let (number, value) = try reader.next() {
      if number == 1 { dimension = .extent(try reader.integer(value, "dimension")) }
      if number == 2 { dimension = .symbol(try reader.string(value, "dimension name")) }
    }
    return dimension
  }
}

extension ONNXModel {
  fileprivate init(file: String) {
    self.file = file
    irVersion = 0
    producer = ""
    opsets = [:]
    graphName = ""
    nodes = []
    initializers = []
    inputs = []
    outputs = []
  }
}

/// The fields of an `AttributeProto`, of which its type names one; old files leave the type out.
private struct AttributeValues {
  var float: Float?
  var integer: Int64?
  var string: String?
  var tensor: ONNXTensor?
  var floats: [UInt64] = []
  var integers: [Int64] = []
  var strings: [String] = []
  var hasOther = false

  mutating func take(_ number: Int, _ value: ProtobufReader.Value, _ reader: ProtobufReader) throws(NetworkError) {
    switch number {
    case 2: float = try reader.float(value, "attribute f")
    case 3: integer = try reader.integer(value, "attribute i")
    case 4: string = try reader.string(value, "attribute s")
    case 7: try reader.fixedWords(value, width: 4, "attribute floats", into: &floats)
    case 8: try reader.integers(value, "attribute ints", into: &integers)
    case 9: strings.append(try reader.string(value, "attribute strings"))
    case 6, 10, 11, 14, 15, 22, 23: hasOther = true
    default: break
    }
  }

  func attribute(type: Int64) -> ONNXAttribute {
    let reals = floats.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    switch type {
    case 1: return .float(float ?? 0)
    case 2: return .integer(integer ?? 0)
    case 3: return .string(string ?? "")
    case 4: if let tensor { return .tensor(tensor) }
    case 6: return .floats(reals)
    case 7: return .integers(integers)
    case 8: return .strings(strings)
    default: break
    }
    if hasOther { return .unsupported("a subgraph, sparse tensor or list of tensors") }
    if let tensor { return .tensor(tensor) }
    if let integer { return .integer(integer) }
    if let float { return .float(float) }
    if let string { return .string(string) }
    if !integers.isEmpty { return .integers(integers) }
    if !reals.isEmpty { return .floats(reals) }
    return .unsupported("type \(type) without a value")
  }
}
