internal import Accelerators
public import Configuration
internal import Mappings
internal import Tensors
internal import Workloads

extension RowStationaryJob {
  /// A layer as a file describes it.
  private struct Described {
    var layer: ConvolutionLayer
    var zeros: Double?
    var filterZeros: Double?
    var ofmapZeros: Double?
  }

  /// The ways in which a configuration names layers, by the key that stands for each.
  private enum Form: String, WorkloadForm {
    case tensors = "workload.ifmap"
    case topology = "workload.topology"
    case layers = "workload.layers"
    case product = "workload.gemm"
    case network = "workload.network"

    func isSet(in configuration: Configuration) -> Bool {
      self == .layers ? !configuration.records(rawValue).isEmpty : configuration.has(rawValue)
    }

    /// Keys that mean nothing beside it: a network brings its own layers, which the search maps, and layers take no pictures.
    var strangers: [String] {
      switch self {
      case .network:
        [
          "layer", "seed", "zeros", "ofmap_zeros", "relu", "compressed", "raw_first_ifmap", "cut", "mapping",
          "other_mapping", "silicon", "name", "bias", "stride", "padding", "dilation", "groups",
        ].map { "workload.\($0)" }
      case .tensors, .topology, .layers, .product:
        ConfigurationSchema.networkKeys.map(\.path).filter { $0 != "workload.network" }
      }
    }
  }

  /// The layers that a configuration of the row-stationary schema asks for; every file is read here.
  ///
  /// Throws `ConfigurationError` for keys that do not go together, `InputError` for files, `LayerError` for shapes.
  public static func jobs(_ configuration: Configuration, files: InputFiles) throws -> [RowStationaryJob] {
    switch try form(configuration) {
    case .tensors: return [try tensorJob(configuration, files)]
    case .network:
      throw configuration.fault("workload.network", "is a network, not a layer", remedy: "run it with systole run")
    case let form: return try randomJobs(try described(form, configuration, files), form, configuration, files)
    }
  }

  /// Whether a configuration asks for a network; throws `ConfigurationError` for keys that do not go together.
  public static func isNetwork(_ configuration: Configuration) throws(ConfigurationError) -> Bool {
    guard try form(configuration) == .network else { return false }
    guard configuration.string("machine.arithmetic") == "int8" else {
      throw configuration.fault(
        "machine.arithmetic", "is fixed16; the layers of a network have 8-bit operands", remedy: "set it to int8")
    }
    return true
  }

  private static func form(_ configuration: Configuration) throws(ConfigurationError) -> Form {
    let form = try Form.only(in: configuration)
    for entry in configuration.entries where entry.origin != .schema && form.strangers.contains(entry.path) {
      throw configuration.fault(entry.path, "does not go with \(form.rawValue)", remedy: "leave it out")
    }
    return form
  }

  /// Those of the jobs that `workload.other_mapping` maps in another way, under that mapping.
  public static func otherJobs(
    _ jobs: [RowStationaryJob], _ configuration: Configuration, files: InputFiles
  ) throws -> [RowStationaryJob] {
    let file = try MappingFile(configuration, files, key: "workload.other_mapping", layers: nil)
    return jobs.compactMap { job in
      file.parameters(of: job.layer.name).flatMap { $0 == job.parameters ? nil : job.with($0) }
    }
  }

  private static func described(
    _ form: Form, _ configuration: Configuration, _ files: InputFiles
  ) throws -> [Described] {
    switch form {
    case .tensors, .network: return []
    case .topology:
      let path = configuration.string(form.rawValue)
      return try TopologyFile.read(try files.bytes(of: path), file: path).map {
        Described(layer: try $0.layer, zeros: $0.zeroFraction, filterZeros: $0.filterZeroFraction)
      }
    case .layers:
      return try configuration.records(form.rawValue).map {
        Described(
          layer: try LayerRecord.layer($0), zeros: $0.optionalNumber("zeros"),
          ofmapZeros: $0.optionalNumber("ofmap_zeros"))
      }
    case .product:
      let text = configuration.string(form.rawValue)
      let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 3, let m = parts[0], let k = parts[1], let n = parts[2] else {
        throw configuration.fault(
          form.rawValue, "is '\(text)', not three whole numbers MxKxN", remedy: "write 32x24x16")
      }
      let isNamed = configuration.origin(of: "workload.name") != .schema
      let name = isNamed ? configuration.string("workload.name") : "gemm"
      return [Described(layer: try .gemm(name: name, m: m, k: k, n: n))]
    }
  }

  private static func randomJobs(
    _ all: [Described], _ form: Form, _ configuration: Configuration, _ files: InputFiles
  ) throws -> [RowStationaryJob] {
    let zeros = try fractions("workload.zeros", configuration, layers: all.count)
    let ofmapZeros = try fractions("workload.ofmap_zeros", configuration, layers: all.count)
    let mappings = try MappingFile(configuration, files, layers: all.map(\.layer.name))
    let arithmetic = RowStationaryArithmetic(configuration)
    let isCoded = configuration.boolean("workload.compressed") && arithmetic != .integer8
    let isFirstRaw = configuration.boolean("workload.raw_first_ifmap")
    var jobs: [RowStationaryJob] = []
    for (index, described) in all.enumerated() {
      let recipe = RowStationaryTensors(
        seed: RandomOperands.seed(UInt64(configuration.integer("workload.seed")), layer: index),
        zeroFraction: zeros[index] ?? described.zeros ?? 0, filterZeroFraction: described.filterZeros ?? 0,
        ofmapZeroFraction: ofmapZeros[index] ?? described.ofmapZeros, arithmetic: arithmetic,
        appliesReLU: configuration.boolean("workload.relu"), codesIfmap: isCoded && !(isFirstRaw && index == 0),
        codesOfmap: isCoded)
      let layer = try described.layer.with(batch: configuration.optionalInteger("workload.batch"))
      jobs.append(RowStationaryJob(layer, source: .random(recipe), parameters: mappings.parameters(of: layer.name)))
    }
    return try chosen(
      jobs, configuration, source: form == .topology ? configuration.string(form.rawValue) : form.rawValue)
  }

  /// One fraction a layer: those of the list, or its only one for all.
  private static func fractions(
    _ key: String, _ configuration: Configuration, layers: Int
  ) throws(ConfigurationError) -> [Double?] {
    guard configuration.has(key) else { return Array(repeating: nil, count: layers) }
    let values = configuration.list(key).map { value in
      if case .number(let number) = value { number } else { 0.0 }
    }
    guard values.count == 1 || values.count == layers else {
      throw configuration.fault(
        key, "has \(values.count) fractions, the workload has \(layers) layers", remedy: "give 1 or \(layers)")
    }
    return values.count == 1 ? Array(repeating: values[0], count: layers) : values
  }

  private static func chosen(
    _ jobs: [RowStationaryJob], _ configuration: Configuration, source: String
  ) throws(ConfigurationError) -> [RowStationaryJob] {
    guard let wanted = configuration.optionalString("workload.layer") else { return jobs }
    let chosen = jobs.filter { $0.layer.name == wanted }
    guard chosen.isEmpty else { return chosen }
    let names = jobs.map(\.layer.name)
    let guess = Spelling.nearest(to: wanted, among: names).map { "did you mean '\($0)'?" }
    throw configuration.fault(
      "workload.layer", "is '\(wanted)', which \(source) does not have",
      remedy: guess ?? "it has " + names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", ..." : ""))
  }

  /// A layer of `.npy` files: 8-bit operands, or 16-bit ones.
  private static func tensorJob(_ configuration: Configuration, _ files: InputFiles) throws -> RowStationaryJob {
    let tensors = TensorFiles(configuration, files)
    switch RowStationaryArithmetic(configuration) {
    case .integer8:
      let job = try tensors.job()
      return try tensorJob(try RowStationaryOperands(try job.operands()), job.expectation, configuration, files)
    case .fixedPoint16(let position, let saturates):
      let fixed = try tensors.fixedPoint()
      var operands = try RowStationaryOperands(
        fixed.layer, ifmap: fixed.ifmap, filter: fixed.filter, bias: fixed.bias, position: position,
        saturates: saturates)
      operands.codesOfmap = configuration.boolean("workload.compressed")
      operands.codesIfmap = operands.codesOfmap && !configuration.boolean("workload.raw_first_ifmap")
      return try tensorJob(operands, fixed.expectation, configuration, files)
    }
  }

  private static func tensorJob(
    _ operands: RowStationaryOperands, _ expectation: LayerJob.Expectation?, _ configuration: Configuration,
    _ files: InputFiles
  ) throws -> RowStationaryJob {
    let name = operands.layer.name
    return RowStationaryJob(
      operands.layer, source: .tensors(operands),
      parameters: try MappingFile(configuration, files, layers: [name]).parameters(of: name), expectation: expectation)
  }
}
