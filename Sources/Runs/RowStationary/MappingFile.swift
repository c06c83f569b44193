public import Configuration
public import Mappings
internal import Tensors

/// The mappings that a user forces: a JSON5 file `{ mappings: [{ layer: "CONV1", m: 96, n: 1, ... }] }`.
public struct MappingFile: Sendable {
  /// The keys of such a file.
  public static let schema = ConfigurationSchema([
    ConfigurationKey(
      "mappings", .list(of: .record(keys), count: 1...4096), default: .required,
      "One mapping a layer; one without a layer's name is for all others.")
  ])

  private static let keys: [ConfigurationKey] =
    [ConfigurationKey("layer", .string, default: .absent, "The layer's name; absent: every layer not named.")]
    + [
      ("m", "Ofmap channels whose psums are in the GLB."), ("n", "Images of a pass."),
      ("e", "Ofmap rows of a pass."), ("p", "Filters interleaved in a PE."),
      ("q", "Channels interleaved in a PE."), ("r", "PE sets on different channels."),
      ("t", "PE sets on different filters."),
    ].map { ConfigurationKey($0, .integer(1...(1 << 30)), default: .required, $1) }
    + [("filter_rows", "Filter rows of a pass; absent: all."), ("filter_columns", "Filter columns of a pass.")]
    .map { ConfigurationKey($0, .integer(1...(1 << 30)), default: .absent, $1) }

  private let byName: [(layer: String?, parameters: RowStationaryMapping.Parameters)]

  /// The file that a key names, none if it names none.
  ///
  /// Throws `InputError` and `ConfigurationError`, also for a mapping of a layer that is not among `layers`.
  public init(
    _ configuration: Configuration, _ files: InputFiles, key: String = "workload.mapping", layers: [String]?
  ) throws {
    guard let path = configuration.optionalString(key) else {
      byName = []
      return
    }
    let read = try Self.schema.resolve(file: path, overrides: [String]()) { try files.bytes(of: $0) }
    byName = try read.records("mappings").map { record in
      let name = record.optionalString("layer")
      if let name, let layers, !layers.contains(name) {
        let guess = Spelling.nearest(to: name, among: layers).map { "did you mean '\($0)'?" }
        throw record.fault(
          "layer", "is '\(name)', which the workload does not have", remedy: guess ?? "leave the mapping out")
      }
      func value(_ key: String) -> Int { record.integer(key) }
      return (
        name,
        .init(
          m: value("m"), n: value("n"), e: value("e"), p: value("p"), q: value("q"), r: value("r"), t: value("t"),
          segment: try Self.segment(record))
      )
    }
  }

  /// The parts that the filter is cut into, where a record gives their size.
  private static func segment(_ record: Configuration) throws(ConfigurationError) -> FilterSegment.Size? {
    let keys = ["filter_rows", "filter_columns"]
    let values = keys.map { record.optionalInteger($0) }
    guard let rows = values[0], let columns = values[1] else {
      guard let given = keys.indices.first(where: { values[$0] != nil }) else { return nil }
      throw record.fault(keys[given], "has no \(keys[1 - given]) beside it", remedy: "give both, or none")
    }
    return FilterSegment.Size(rows: rows, columns: columns)
  }

  /// The parameters for a layer; nil: none are forced.
  public func parameters(of layer: String) -> RowStationaryMapping.Parameters? {
    (byName.first { $0.layer == layer } ?? byName.first { $0.layer == nil })?.parameters
  }
}
