import WaveFormats

/// The layouts beside a trace: `run.gtkw` with its filters for GTKWave, `run.sucl` with its mappings for Surfer.
struct TraceViews {
  let layout: TraceLayout
  let timescale: Timescale
  let options: TraceOptions

  /// Directory of the trace, empty for the current one, and its name without extension.
  static func place(_ path: String) -> (directory: String, file: String, base: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let file = parts.last.map(String.init) ?? path
    let directory = parts.dropLast().joined(separator: "/")
    let suffix = WaveFormat(fileName: file).map { $0.rawValue.count + 1 } ?? 0
    return (parts.count > 1 && directory.isEmpty ? "/" : directory, file, String(file.dropLast(suffix)))
  }

  func write(_ view: WaveView, markers: [WaveMarker]) throws(WaveError) {
    var view = view
    view.markers += markers
    view.comments = options.comments + view.comments
    let place = Self.place(options.path)
    let files =
      GTKWaveLayout(layout: layout, timescale: timescale, waveFile: place.file, saveFile: place.base + ".gtkw").files(
        for: view)
      + SurferLayout(layout: layout, timescale: timescale, commandFile: place.base + ".sucl").files(for: view)
    for file in files { try file.write(to: place.directory) }
  }
}
