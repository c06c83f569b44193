public import Accelerators
internal import Compute
internal import Configuration
internal import Mappings
internal import Memory
public import Reports
internal import Workloads

/// How much each number that no paper gives moves each layer's latency.
public struct RowStationarySensitivity: Sendable {
  /// The machine with one number changed.
  public struct Variant: Sendable {
    /// The configuration key.
    public let parameter: String
    /// The machine's own value.
    public let from: Int
    /// The changed value.
    public let to: Int
    /// The changed machine.
    public let spec: RowStationarySpec
  }

  /// Every unpublished number halved and doubled, as far as that is legal and a change.
  public static func variants(of spec: RowStationarySpec) -> [Variant] {
    let parameters: [(String, any WritableKeyPath<RowStationarySpec, Int> & Sendable)] = [
      ("pe.ifmap_fifo_depth", \.array.ifmapFIFODepth), ("pe.filter_fifo_depth", \.array.filterFIFODepth),
      ("pe.psum_input_fifo_depth", \.array.psumInputFIFODepth),
      ("pe.psum_output_fifo_depth", \.array.psumOutputFIFODepth),
      ("codec.elements_per_cycle", \.codecElementsPerCycle), ("link.fifo_depth", \.linkFIFODepth),
      ("link.synchroniser_stages", \.synchroniserStages), ("memory.latency_cycles", \.idealMemoryLatency),
    ]
    return parameters.flatMap { name, path in
      let value = spec[keyPath: path]
      return [max(1, value / 2), 2 * value].compactMap { changed -> Variant? in
        var variant = spec
        variant[keyPath: path] = changed
        do throws(RowStationarySpecError) { try variant.check() } catch { return nil }
        return variant == spec ? nil : Variant(parameter: "machine.\(name)", from: value, to: changed, spec: variant)
      }
    }
  }

  /// Results of the machine itself, and of each variant, layer by layer.
  private let base: [RowStationaryResult]
  private let varied: [(variant: Variant, results: [RowStationaryResult])]

  /// A report of the machine's results and those of its variants.
  public init(base: [RowStationaryResult], varied: [(variant: Variant, results: [RowStationaryResult])]) {
    (self.base, self.varied) = (base, varied)
  }

  /// Change of the total latency of each layer, in percent.
  public var total: ReportTable { table(\.totalCycles) }
  /// Change of the processing latency of each layer, in percent.
  public var processing: ReportTable { table(\.processingCycles) }

  /// Both tables.
  public var text: String {
    "Change of total latency\n\(total.text)\nChange of processing latency\n\(processing.text)"
  }

  /// Each variant with the change of every layer in percent.
  var json: JSONValue {
    .array(
      varied.map { variant, results in
        .object([
          ("parameter", .string(variant.parameter)), ("from", .integer(variant.from)), ("to", .integer(variant.to)),
          (
            "layers",
            .array(
              zip(base, results).map { base, result in
                .object([
                  ("layer", .string(base.layer.name)),
                  ("total_percent", .number(Self.change(base, result, \.totalCycles))),
                  ("processing_percent", .number(Self.change(base, result, \.processingCycles))),
                ])
              })
          ),
        ])
      })
  }

  private static func change(
    _ base: RowStationaryResult, _ result: RowStationaryResult, _ cycles: KeyPath<RowStationaryResult, Int>
  ) -> Double {
    100 * (Double(result[keyPath: cycles]) / Double(max(1, base[keyPath: cycles])) - 1)
  }

  private func table(_ cycles: KeyPath<RowStationaryResult, Int>) -> ReportTable {
    var table = ReportTable(
      [.init("parameter"), .init("from"), .init("to")]
        + base.map { .init($0.layer.name, unit: "%", digits: 2) })
    for (variant, results) in varied {
      let changes = zip(base, results).map { ReportTable.Cell.number(Self.change($0, $1, cycles)) }
      table.append([.text(variant.parameter), .integer(variant.from), .integer(variant.to)] + changes)
    }
    return table
  }
}

extension RowStationarySpec {
  /// Latency of an ideal memory; a DRAM's is its device's, which is published.
  fileprivate var idealMemoryLatency: Int {
    get { memory.ideal?.latencyCycles ?? 0 }
    set { memory.ideal?.latencyCycles = newValue }
  }
}
