import WaveFormats

/// The names of a command's runs, by which their files are told apart: `conv1-ws`; of a further run of the same layer and
/// dataflow `conv1-ws-2`.
struct RunNames {
  let names: [String]

  /// Names of runs, in their order.
  init(_ runs: [(layer: String?, dataflow: String)]) {
    var names: [String] = []
    for run in runs {
      let base = (run.layer.map { WaveName.sanitised($0) + "-" } ?? "") + run.dataflow
      var (name, number) = (base, 1)
      while names.contains(name) {
        number += 1
        name = "\(base)-\(number)"
      }
      names.append(name)
    }
    self.names = names
  }

  /// What the file of a run is called after: nothing where it is the only one.
  func distinction(of run: Int) -> String? { names.count > 1 ? names[run] : nil }
}
