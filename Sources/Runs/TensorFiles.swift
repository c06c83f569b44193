internal import Accelerators
internal import Configuration
internal import Memory
internal import Tensors
internal import Workloads

/// A layer whose tensors a configuration names: `.npy` files and the convolution's parameters.
struct TensorFiles {
  let configuration: Configuration
  let files: InputFiles

  init(_ configuration: Configuration, _ files: InputFiles) {
    self.configuration = configuration
    self.files = files
  }

  func job() throws -> LayerJob {
    let ifmap = try operand("workload.ifmap")
    let filter = try operand("workload.filter")
    let arithmetic = configuration.choice("machine.arithmetic", as: Arithmetic.self)
    for (key, tensor) in [("workload.ifmap", ifmap), ("workload.filter", filter)] where tensor.arithmetic != arithmetic
    {
      throw configuration.fault(
        key, "holds \(tensor.format.rawValue) elements, machine.arithmetic is \(arithmetic.rawValue)",
        remedy: "set machine.arithmetic to \(tensor.arithmetic.rawValue), or convert the tensor")
    }
    let layer = try layer(ifmap.shape, filter.shape)
    let operands = try LayerOperands(layer, ifmap: ifmap, filter: filter, bias: try bias(arithmetic))
    let expectation = try configuration.optionalString("workload.expect").map { path in
      try LayerJob.Expectation(try files.tensor(path), file: path, of: layer, in: arithmetic)
    }
    return LayerJob(layer, source: .tensors(operands), expectation: expectation)
  }

  func layer(_ ifmap: Shape, _ filter: Shape) throws -> ConvolutionLayer {
    let stride = pair("workload.stride")
    let dilation = pair("workload.dilation")
    let padding = try sides("workload.padding")
    let groups = configuration.integer("workload.groups")
    let name = configuration.string("workload.name")
    let layer = try ConvolutionLayer(
      name: name, batch: ifmap[0], inputChannels: ifmap[1], inputHeight: ifmap[2], inputWidth: ifmap[3],
      filters: filter[0], filterHeight: filter[2], filterWidth: filter[3], strideHeight: stride.0,
      strideWidth: stride.1, paddingTop: padding[0], paddingLeft: padding[1], paddingBottom: padding[2],
      paddingRight: padding[3], dilationHeight: dilation.0, dilationWidth: dilation.1, groups: groups)
    guard filter[1] == layer.channelsPerGroup else {
      let couldBeGroups = groups == 1 && filter[1] > 0 && ifmap[1] % filter[1] == 0
      throw InputError(
        file: configuration.string("workload.filter"), place: .file, kind: .mismatch,
        problem: "the filters are \(filter), for \(filter[1]) channels; the ifmap is \(ifmap), with "
          + "\(layer.channelsPerGroup) channels in each of \(groups) group\(groups == 1 ? "" : "s")",
        remedy: "they must have \(layer.channelsPerGroup) in their second dimension"
          + (couldBeGroups ? ", or the convolution \(ifmap[1] / filter[1]) groups" : ""))
    }
    return layer
  }

  // MARK: Parameters

  private func pair(_ key: String) -> (Int, Int) {
    let values = configuration.integers(key)
    return (values[0], values[values.count - 1])
  }

  /// Top, left, bottom, right.
  private func sides(_ key: String) throws(ConfigurationError) -> [Int] {
    let values = configuration.integers(key)
    switch values.count {
    case 1: return [values[0], values[0], values[0], values[0]]
    case 2: return [values[0], values[1], values[0], values[1]]
    case 4: return values
    default:
      throw configuration.fault(
        key, "has \(values.count) elements",
        remedy: "it takes 1, or 2 (vertical, horizontal), or 4 (top, left, bottom, right)")
    }
  }

  // MARK: Tensors

  private func operand(_ key: String) throws -> OperandTensor {
    let path = try path(key)
    let operand = try operand(try files.tensor(path), key, path)
    return operand.reshaped(try filterOrIfmapShape(operand.shape, key, path))
  }

  /// The file that a key names.
  func path(_ key: String) throws(ConfigurationError) -> String {
    guard let path = configuration.optionalString(key) else {
      throw configuration.fault(key, "is not set", remedy: "it takes the path of an .npy file")
    }
    return path
  }

  /// The extents of an ifmap or a filter: a matrix has maps of single elements.
  func filterOrIfmapShape(_ shape: Shape, _ key: String, _ path: String) throws(InputError) -> Shape {
    switch shape.rank {
    case 4: return shape
    case 2: return Shape(shape.dimensions + [1, 1])
    default:
      throw InputError(
        file: path, place: .file, kind: .mismatch,
        problem: "the tensor is \(shape), with \(shape.rank) dimensions; \(key) has 4, or 2 where it is a matrix",
        remedy: "reshape it to " + (key == "workload.ifmap" ? "[N, C, H, W]" : "[M, C/G, R, S]"))
    }
  }

  private func operand(_ tensor: AnyTensor, _ key: String, _ path: String) throws -> OperandTensor {
    let zeroKey = key + "_zero_point"
    let zeroPoint = configuration.integer(zeroKey)
    func check(_ legal: ClosedRange<Int>) throws {
      try configuration.check(zeroKey, zeroPoint, within: legal, of: "\(tensor.elementType)")
    }
    switch tensor {
    case .int8(let tensor):
      try check(-128...127)
      return OperandTensor(tensor, zeroPoint: Int8(zeroPoint))
    case .uint8(let tensor):
      try check(0...255)
      return OperandTensor(tensor, zeroPoint: UInt8(zeroPoint))
    case .bfloat16(let tensor):
      try check(0...0)
      return OperandTensor(tensor)
    default:
      throw InputError(
        file: path, place: .file, kind: .unsupported, problem: "the elements are \(tensor.elementType)",
        remedy: "\(key) takes int8, uint8 or bfloat16")
    }
  }

  private func bias(_ arithmetic: Arithmetic) throws -> [Int32] {
    guard let path = configuration.optionalString("workload.bias") else { return [] }
    let bias = try files.tensor(path)
    guard bias.shape.rank == 1 else {
      throw InputError(
        file: path, place: .file, kind: .mismatch, problem: "the biases are \(bias.shape)",
        remedy: "they take one dimension [M]")
    }
    return try psumBits(bias, arithmetic, file: path)
  }
}

/// Psums or biases as bits: int32, or binary32 beside bfloat16 operands.
func psumBits(_ tensor: AnyTensor, _ arithmetic: Arithmetic, file: String) throws(InputError) -> [Int32] {
  switch (arithmetic, tensor) {
  case (.int8, .int32(let values)): return values.elements
  case (.bfloat16, .float32(let values)): return values.elements.map { Int32(bitPattern: $0.bitPattern) }
  default:
    throw InputError(
      file: file, place: .file, kind: .mismatch, problem: "the elements are \(tensor.elementType)",
      remedy: "beside \(arithmetic.rawValue) operands they are \(arithmetic == .int8 ? "int32" : "float32")")
  }
}

extension LayerJob.Expectation {
  /// Psums from a file; their shape is the layer's, or [N, M] where its maps are single elements.
  init(_ tensor: AnyTensor, file: String, of layer: ConvolutionLayer, in arithmetic: Arithmetic) throws(InputError) {
    let shape = layer.ofmapShape
    let isMatrix = shape[2] == 1 && shape[3] == 1 && tensor.shape.dimensions == [shape[0], shape[1]]
    guard tensor.shape == shape || isMatrix else {
      throw InputError(
        file: file, place: .file, kind: .mismatch,
        problem: "the psums are \(tensor.shape), those of layer \(layer.name) are \(shape)")
    }
    self.file = file
    psums = Tensor(shape, try psumBits(tensor, arithmetic, file: file))
  }
}

extension TopologyRecord {
  /// The layer; throws `LayerError` where its extents make none.
  var layer: ConvolutionLayer {
    get throws(LayerError) {
      switch operation {
      case .matrixProduct(let product):
        return try .gemm(name: name, m: product.m, k: product.k, n: product.n)
      case .convolution(let layer):
        return try ConvolutionLayer(
          name: name, batch: layer.batch, inputChannels: layer.channels, inputHeight: layer.ifmapHeight,
          inputWidth: layer.ifmapWidth, filters: layer.filters, filterHeight: layer.filterHeight,
          filterWidth: layer.filterWidth, strideHeight: layer.strideHeight, strideWidth: layer.strideWidth,
          paddingTop: layer.padding, paddingLeft: layer.padding, paddingBottom: layer.padding,
          paddingRight: layer.padding, dilationHeight: layer.dilation, dilationWidth: layer.dilation,
          groups: layer.groups)
      }
    }
  }
}
