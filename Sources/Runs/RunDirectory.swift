internal import Accelerators
internal import Codecs
public import Configuration
public import Files
internal import Mappings
internal import Memory
internal import Reports
internal import Tensors
internal import Workloads

/// The directory that a run leaves behind: report, tables, and a manifest that says what they were made from.
///
/// The same inputs give the same bytes: nothing in it depends on time, place or the order of work.
public enum RunDirectory {
  /// Writes the files of a run; the directory is not in its place until it is committed.
  public static func write(
    _ report: some ResultReport, _ configuration: Configuration, inputs: InputFiles, to directory: OutputDirectory
  ) throws(OutputError) {
    var files = [("report.txt", report.text), ("report.html", report.html), ("summary.json", report.json)]
    files += report.tables.map { ("\($0.name).csv", $0.table.csv) }
    files += report.systems.files.map { ($0.name, $0.text) }
    let tensors = report.tensors(savesPsums: configuration.boolean("run.save_psums"))
    let outputs =
      files.map { ($0, Array($1.utf8)) } + tensors.map { ("\($0.name).npy", NumpyFile.write($0.tensor)) }
    for (name, bytes) in outputs { try directory.write(bytes, to: name) }
    let manifest = manifest(configuration, machines: report.machines, inputs: inputs, outputs: outputs)
    try directory.write(manifest.text, to: OutputDirectory.marker)
  }

  /// Each name once, in the order of the runs.
  private static func used(_ names: [String]) -> JSONValue {
    .array(names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map { .string($0.element) })
  }

  /// `02-conv2`: letters, digits and dashes, whatever the layer is called.
  static func fileName(_ layer: String, number: Int) -> String {
    let name = layer.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return "\(number < 10 ? "0" : "")\(number)-\(String(name))"
  }

  private static func manifest(
    _ configuration: Configuration, machines: [(dataflow: String, memory: String)], inputs: InputFiles,
    outputs: [(String, [UInt8])]
  ) -> JSONValue {
    .object([
      ("schema_version", 1), ("program", "systole"), ("system_version", .string(systoleVersion)),
      ("seed", .integer(configuration.integer("workload.seed"))),
      ("dataflows", used(machines.map(\.dataflow))), ("memories", used(machines.map(\.memory))),
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
