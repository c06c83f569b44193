internal import Accelerators
internal import Codecs
public import Configuration
internal import Mappings
public import Reports
internal import Tensors
internal import Workloads

/// The directory that a run leaves behind: report, tables, and a manifest that says what they were made from.
///
/// The same inputs give the same bytes: nothing in it depends on time, place or the order of work.
public enum RunDirectory {
  /// Writes the files of a run; the directory is not in its place until it is committed.
  public static func write(
    _ report: RunReport, _ configuration: Configuration, inputs: InputFiles, to directory: OutputDirectory
  ) throws(OutputError) {
    var files = [
      ("report.txt", Array(report.text.utf8)), ("summary.json", Array(report.json.utf8)),
      ("layers.csv", Array(report.layers.csv.utf8)), ("counters.csv", Array(report.counters.csv.utf8)),
    ]
    if configuration.boolean("run.save_psums") {
      for (index, result) in report.results.enumerated() {
        files.append((psumFile(result, number: index + 1), NumpyFile.write(result.psumTensor)))
      }
    }
    for (name, bytes) in files { try directory.write(bytes, to: name) }
    let manifest = manifest(
      configuration, dataflows: used(report.results.map(\.spec.dataflow.rawValue)), inputs: inputs, outputs: files)
    try directory.write(manifest.text, to: OutputDirectory.marker)
  }

  /// Writes the files of a network's runs.
  public static func write(
    _ report: NetworkReport, _ configuration: Configuration, inputs: InputFiles, to directory: OutputDirectory
  ) throws(OutputError) {
    var files = [
      ("report.txt", Array(report.text.utf8)), ("summary.json", Array(report.json.utf8)),
      ("layers.csv", Array(report.layers.csv.utf8)), ("images.csv", Array(report.images.csv.utf8)),
      ("counters.csv", Array(report.counters.csv.utf8)),
    ]
    for result in report.results {
      files.append(("outputs-\(result.machine.dataflow).npy", NumpyFile.write(result.outputs)))
    }
    for (name, bytes) in files { try directory.write(bytes, to: name) }
    let manifest = manifest(
      configuration, dataflows: used(report.results.map(\.machine.dataflow)), inputs: inputs, outputs: files)
    try directory.write(manifest.text, to: OutputDirectory.marker)
  }

  /// Each dataflow once, in the order of the runs.
  private static func used(_ dataflows: [String]) -> [String] {
    dataflows.enumerated().filter { dataflows.firstIndex(of: $1) == $0 }.map(\.element)
  }

  /// `psum-02-conv2-os.npy`.
  private static func psumFile(_ result: LayerResult, number: Int) -> String {
    "psum-\(fileName(result.layer.name, number: number))-\(result.spec.dataflow.rawValue).npy"
  }

  /// `02-conv2`: letters, digits and dashes, whatever the layer is called.
  static func fileName(_ layer: String, number: Int) -> String {
    let name = layer.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return "\(number < 10 ? "0" : "")\(number)-\(String(name))"
  }

  static func manifest(
    _ configuration: Configuration, dataflows: [String], inputs: InputFiles, outputs: [(String, [UInt8])]
  ) -> JSONValue {
    .object([
      ("schema_version", 1), ("program", "systole"), ("system_version", .string(systoleVersion)),
      ("seed", .integer(configuration.integer("workload.seed"))),
      ("dataflows", .array(dataflows.map { .string($0) })),
      (
        "inputs",
        .array(
          inputs.records.map {
            ["path": .string($0.path), "size_bytes": .integer($0.byteCount), "sha256": .string($0.sha256)]
          })
      ),
      (
        "outputs",
        .array(
          outputs.map { name, bytes in
            [
              "file": .string(name), "size_bytes": .integer(bytes.count), "sha256": .string(SHA256.hexadecimal(bytes)),
            ]
          })
      ),
      ("configuration", configuration.json),
    ])
  }
}
