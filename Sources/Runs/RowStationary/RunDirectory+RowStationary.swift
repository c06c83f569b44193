internal import Accelerators
public import Configuration
internal import Memory
public import Reports
internal import Tensors
internal import Workloads

extension RunDirectory {
  /// Writes the files of a run on a row-stationary machine; the directory is not in its place until it is committed.
  public static func write(
    _ report: RowStationaryReport, _ configuration: Configuration, inputs: InputFiles, to directory: OutputDirectory
  ) throws(OutputError) {
    var files = [
      ("report.txt", Array(report.text.utf8)), ("report.html", Array(report.html.utf8)),
      ("summary.json", Array(report.json.utf8)), ("layers.csv", Array(report.layers.csv.utf8)),
      ("traffic.csv", Array(report.traffic.csv.utf8)), ("counters.csv", Array(report.counters.csv.utf8)),
    ]
    files += report.systems.files.map { ($0.name, Array($0.text.utf8)) }
    if let comparison = report.comparison { files.append(("silicon.csv", Array(comparison.table.csv.utf8))) }
    if configuration.boolean("run.save_psums") {
      for (index, result) in report.results.enumerated() {
        let name = "ofmap-" + fileName(result.layer.name, number: index + 1) + ".npy"
        files.append((name, NumpyFile.write(.int32(result.ofmap))))
      }
    }
    for (name, bytes) in files { try directory.write(bytes, to: name) }
    let manifest = manifest(
      configuration, dataflows: ["rs"], memories: used(report.results.map(\.spec.memory.name)), inputs: inputs,
      outputs: files)
    try directory.write(manifest.text, to: OutputDirectory.marker)
  }
}
