internal import Configuration
internal import Tensors
internal import Workloads

/// A layer of 16-bit tensors from files.
struct FixedPointTensors {
  let layer: ConvolutionLayer
  let ifmap, filter: Tensor<Int16>
  let bias: [Int16]
  let expectation: LayerJob.Expectation?
}

extension TensorFiles {
  /// A layer of `.npy` files of int16: what a machine of `fixed16` takes.
  func fixedPoint() throws -> FixedPointTensors {
    let ifmap = try int16("workload.ifmap")
    let filter = try int16("workload.filter")
    let layer = try layer(ifmap.shape, filter.shape)
    let bias = try configuration.optionalString("workload.bias").map { path throws(InputError) in
      guard case .int16(let bias) = try files.tensor(path), bias.shape.rank == 1 else {
        throw try unsuitable(path, "int16 of one dimension [M]")
      }
      return bias.elements
    }
    let expectation = try configuration.optionalString("workload.expect").map { path in
      guard case .int16(let psums) = try files.tensor(path) else { throw try unsuitable(path, "int16") }
      return try LayerJob.Expectation(.int32(psums.map { Int32($0) }), file: path, of: layer, in: .int8)
    }
    return FixedPointTensors(layer: layer, ifmap: ifmap, filter: filter, bias: bias ?? [], expectation: expectation)
  }

  private func int16(_ key: String) throws -> Tensor<Int16> {
    let path = try path(key)
    guard case .int16(let tensor) = try files.tensor(path) else { throw try unsuitable(path, "int16") }
    let zeroKey = key + "_zero_point"
    try configuration.check(zeroKey, configuration.integer(zeroKey), within: 0...0, of: "int16")
    return Tensor(try filterOrIfmapShape(tensor.shape, key, path), tensor.elements)
  }

  private func unsuitable(_ path: String, _ wanted: String) throws(InputError) -> InputError {
    let tensor = try files.tensor(path)
    return InputError(
      file: path, place: .file, kind: .mismatch, problem: "the elements are \(tensor.elementType) \(tensor.shape)",
      remedy: "beside machine.arithmetic fixed16 they are \(wanted); machine.arithmetic int8 takes bytes")
  }
}
