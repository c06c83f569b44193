public import Configuration
internal import Images
internal import Tensors
internal import Workloads

extension NetworkJob {
  /// The network that a configuration asks for, with all its inputs; every file is read here.
  ///
  /// Throws `ConfigurationError` for keys that do not go together, `InputError` and `NetworkError` for files.
  public init(_ configuration: Configuration, files: InputFiles) throws {
    let path = configuration.string("workload.network")
    let batch = configuration.optionalInteger("workload.batch") ?? 1
    self.batch = batch
    // The reader opens the file itself, and those beside it; read here too, it is in the manifest.
    _ = try files.bytes(of: path)
    let rounding = configuration.choice("workload.rounding", as: NetworkRounding.self)
    let network = try Network(path: path, batch: batch, options: rounding.options)
    self.network = network
    guard network.inputs.count == 1 else {
      throw NetworkError(
        .unsupported, file: path, "has \(network.inputs.count) inputs; a run gives images to networks of one")
    }
    let activation = network.activations[network.inputs[0]]
    let entries = try Self.entries(configuration, activation, files)
    guard entries.count % batch == 0, activation.shape.dimensions.first.map({ $0 == batch }) ?? (batch == 1) else {
      let nearest = max(1, activation.shape.dimensions.first ?? 1)
      throw configuration.fault(
        "workload.batch", "is \(batch), for \(entries.count) images and an input of \(activation.shape)",
        remedy: entries.count % nearest == 0 ? "the network takes \(nearest)" : "give a multiple of \(nearest) images")
    }
    imageNames = entries.map(\.name)
    let name = activation.name
    inputs = stride(from: 0, to: entries.count, by: batch).map { first in
      let bytes = entries[first..<first + batch].flatMap(\.tensor.littleEndianBytes)
      return [name: AnyTensor(activation.elementType, activation.shape, littleEndianBytes: bytes)]
    }
    labels = try Self.labels(configuration, network, imageCount: entries.count, files)
    expectation = try Self.expectation(configuration, network, batch: batch, imageCount: entries.count, files)
    deadlineMilliseconds = configuration.optionalNumber("run.deadline_ms")
  }

  private static func expectation(
    _ configuration: Configuration, _ network: Network, batch: Int, imageCount: Int, _ files: InputFiles
  ) throws(InputError) -> Expectation? {
    guard let path = configuration.optionalString("workload.expect") else { return nil }
    let outputs = try files.tensor(path)
    let output = network.activations[network.outputs[0]]
    let count = output.shape.count / batch * imageCount
    guard outputs.shape.count == count, outputs.elementType == output.elementType else {
      throw InputError(
        file: path, place: .file, kind: .mismatch,
        problem: "the outputs are \(outputs.elementType.rawValue) \(outputs.shape), those of \(imageCount) images "
          + "are \(count) \(output.elementType.rawValue) elements")
    }
    return Expectation(file: path, outputs: outputs)
  }

  private static func entries(
    _ configuration: Configuration, _ activation: Network.Activation, _ files: InputFiles
  ) throws -> [NetworkInputs.Entry] {
    let given = ["workload.input", "workload.inputs"].filter { configuration.has($0) }
    guard given.count == 1 else {
      guard let second = given.last else {
        throw configuration.fault(
          "workload.network", "has no input",
          remedy: "set workload.input to a file, or workload.inputs to a folder or set")
      }
      throw configuration.fault(second, "and \(given[0]) are both set", remedy: "leave one of them out")
    }
    let reader = NetworkInputs(activation, configuration, files)
    let all = try reader.entries(configuration.string(given[0]))
    let batch = configuration.optionalInteger("workload.batch") ?? 1
    guard given[0] == "workload.inputs" || all.count == batch else {
      throw configuration.fault(
        given[0], "holds \(all.count) images, a run takes \(batch)",
        remedy: "set workload.inputs instead")
    }
    let limit = configuration.integer("workload.count")
    return limit == 0 ? all : Array(all.prefix(limit))
  }

  private static func labels(
    _ configuration: Configuration, _ network: Network, imageCount: Int, _ files: InputFiles
  ) throws(InputError) -> [Int]? {
    guard let path = configuration.optionalString("workload.labels") else { return nil }
    let classes = network.activations[network.outputs[0]].shape.dimensions.last ?? 1
    let limit = configuration.integer("workload.count")
    let labels = try LabelFile.read(
      try files.bytes(of: path), classes: classes, count: limit == 0 ? imageCount : nil, file: path)
    guard labels.count >= imageCount else {
      throw InputError(
        file: path, place: .file, kind: .mismatch,
        problem: "\(labels.count) labels do not fit \(imageCount) inputs: \(imageCount - labels.count) missing")
    }
    return Array(labels.prefix(imageCount))
  }
}

extension NetworkJob {
  /// Throws if the configuration wants a network's activations in an order that not all of its layers can walk.
  public static func checkLayout(_ configuration: Configuration) throws(ConfigurationError) {
    let layout = configuration.string("mapping.layout")
    guard layout == "nchw" else {
      throw configuration.fault(
        "mapping.layout",
        "is \(layout); in a network a layer reads what the former wrote, and pooling, addition and transposition walk "
          + "planes of nchw only", remedy: "set it to nchw, or run a single layer")
    }
  }
}
