/// The layouts beside a waveform: `run.gtkw` for `run.fst`, `run.detail.gtkw`, and the same as `.sucl`, with filters and mappings.
public struct ViewFiles: Sendable {
  /// The waveform's directory, empty for the current one.
  public let directory: String
  /// Its name there, and the same without extension.
  private let file, base: String

  /// The layouts beside the waveform at `path`.
  public init(wavePath path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let file = parts.last.map(String.init) ?? path
    let directory = parts.dropLast().joined(separator: "/")
    let suffix = WaveFormat(fileName: file).map { $0.rawValue.count + 1 } ?? 0
    self.file = file
    self.directory = parts.count > 1 && directory.isEmpty ? "/" : directory
    base = String(file.dropLast(suffix))
  }

  /// Writes the layouts of a view over a file laid out as `layout`; returns the paths of those for GTKWave.
  @discardableResult
  public func write(_ view: WaveView, layout: TraceLayout, timescale: Timescale) throws(WaveError) -> [String] {
    let fit = ViewFit(layout)
    var (saveFiles, files): ([String], [WaveSideFile]) = ([], [])
    for (name, items) in zip([base, base + ".detail"], fit.layouts(of: view)) {
      var shown = view
      shown.items = items
      saveFiles.append((directory.isEmpty ? "" : directory + "/") + name + ".gtkw")
      files += GTKWaveLayout(layout: layout, timescale: timescale, waveFile: file, saveFile: name + ".gtkw").files(
        for: shown)
      files += SurferLayout(layout: layout, timescale: timescale, commandFile: name + ".sucl").files(for: shown)
    }
    for file in files { try file.write(to: directory) }
    return saveFiles
  }
}
