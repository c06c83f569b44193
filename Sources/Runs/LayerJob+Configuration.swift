public import Configuration
internal import Tensors
internal import Workloads

extension LayerJob {
  /// The ways in which a configuration names layers, by the key that stands for each.
  private enum Form: String, WorkloadForm {
    case tensors = "workload.ifmap"
    case topology = "workload.topology"
    case product = "workload.gemm"
    case network = "workload.network"

    /// The keys that mean something beside it.
    var companions: [String] {
      let names =
        switch self {
        case .tensors:
          [
            "name", "filter", "bias", "expect", "ifmap_zero_point", "filter_zero_point", "stride", "padding",
            "dilation",
            "groups",
          ]
        case .topology: ["layer", "seed", "zeros", "filter_zeros", "ifmap_zero_point", "expect"]
        case .network:
          [
            "rounding", "batch", "input", "inputs", "labels", "count", "pixel_divisor", "pixel_mean",
            "pixel_deviation", "expect",
          ]
        case .product: ["name", "seed", "zeros", "filter_zeros", "ifmap_zero_point", "expect"]
        }
      return names.map { "workload.\($0)" }
    }
  }

  /// The layers that a configuration asks for; every file is read here.
  ///
  /// Throws `ConfigurationError` for keys that do not go together, `InputError` for files, `LayerError` for shapes.
  public static func jobs(_ configuration: Configuration, files: InputFiles) throws -> [LayerJob] {
    let form = try form(configuration)
    let jobs =
      switch form {
      case .tensors: [try TensorFiles(configuration, files).job()]
      case .topology: try topologyJobs(configuration, files)
      case .product: [try productJob(configuration)]
      case .network:
        throw configuration.fault("workload.network", "is a network, not a layer", remedy: "run it with systole run")
      }
    guard form != .tensors, let path = configuration.optionalString("workload.expect") else { return jobs }
    guard jobs.count == 1 else {
      throw configuration.fault(
        "workload.expect", "is for one layer, the topology has \(jobs.count)", remedy: "choose one with workload.layer")
    }
    let expectation = try Expectation(
      try files.tensor(path), file: path, of: jobs[0].layer, in: configuration.choice("machine.arithmetic"))
    return [LayerJob(jobs[0].layer, source: jobs[0].source, expectation: expectation)]
  }

  /// Whether a configuration asks for a network; throws `ConfigurationError` for keys that do not go together.
  public static func isNetwork(_ configuration: Configuration) throws(ConfigurationError) -> Bool {
    try form(configuration) == .network
  }

  private static func form(_ configuration: Configuration) throws(ConfigurationError) -> Form {
    let form = try Form.only(in: configuration)
    for entry in configuration.entries where entry.path.hasPrefix("workload.") && entry.origin != .schema {
      guard entry.path == form.rawValue || form.companions.contains(entry.path) else {
        throw configuration.fault(entry.path, "does not go with \(form.rawValue)", remedy: "leave it out")
      }
    }
    return form
  }

  // MARK: Random tensors

  private static func recipe(
    _ configuration: Configuration, zeros: Double?, filterZeros: Double?, layer: Int
  ) throws(ConfigurationError) -> RandomOperands {
    let arithmetic = configuration.choice("machine.arithmetic", as: Arithmetic.self)
    let zeroPoint = configuration.integer("workload.ifmap_zero_point")
    let legal = arithmetic == .int8 ? -128...127 : 0...0
    try configuration.check("workload.ifmap_zero_point", zeroPoint, within: legal, of: arithmetic.rawValue)
    return RandomOperands(
      seed: RandomOperands.seed(UInt64(configuration.integer("workload.seed")), layer: layer),
      zeroFraction: configuration.optionalNumber("workload.zeros") ?? zeros ?? 0,
      filterZeroFraction: configuration.optionalNumber("workload.filter_zeros") ?? filterZeros ?? 0,
      arithmetic: arithmetic, ifmapZeroPoint: Int8(zeroPoint))
  }

  private static func productJob(_ configuration: Configuration) throws -> LayerJob {
    let text = configuration.string("workload.gemm")
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let m = parts[0], let k = parts[1], let n = parts[2] else {
      throw configuration.fault(
        "workload.gemm", "is '\(text)', not three whole numbers MxKxN", remedy: "write 32x24x16")
    }
    let name = configuration.origin(of: "workload.name") == .schema ? "gemm" : configuration.string("workload.name")
    let layer = try ConvolutionLayer.gemm(name: name, m: m, k: k, n: n)
    return LayerJob(layer, source: .random(try recipe(configuration, zeros: nil, filterZeros: nil, layer: 0)))
  }

  private static func topologyJobs(_ configuration: Configuration, _ files: InputFiles) throws -> [LayerJob] {
    let path = configuration.string("workload.topology")
    let records = try TopologyFile.read(try files.bytes(of: path), file: path)
    let wanted = configuration.optionalString("workload.layer")
    if let wanted, !records.contains(where: { $0.name == wanted }) {
      let names = records.map(\.name)
      let guess = Spelling.nearest(to: wanted, among: names).map { "did you mean '\($0)'?" }
      throw configuration.fault(
        "workload.layer", "is '\(wanted)', which \(path) does not have",
        remedy: guess ?? "it has " + names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", ..." : ""))
    }
    return try records.enumerated().filter { wanted == nil || $1.name == wanted }.map { index, record in
      let recipe = try recipe(
        configuration, zeros: record.zeroFraction, filterZeros: record.filterZeroFraction, layer: index)
      return LayerJob(try record.layer, source: .random(recipe))
    }
  }
}

extension Configuration {
  /// An error where a number is outside a range that depends on other keys.
  func check(
    _ key: String, _ value: Int, within legal: ClosedRange<Int>, of kind: String
  ) throws(ConfigurationError) {
    guard !legal.contains(value) else { return }
    let bound = value > legal.upperBound ? legal.upperBound : legal.lowerBound
    throw fault(
      key, "is \(value), \(abs(value - bound)) \(value > bound ? "above" : "below") what \(kind) holds",
      remedy: legal.count == 1
        ? "the legal value is \(bound)"
        : "it takes \(legal.lowerBound) to \(legal.upperBound); the nearest legal value is \(bound)")
  }
}
