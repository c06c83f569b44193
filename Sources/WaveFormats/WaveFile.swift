/// Opens waveform files by what they hold, whatever they are called, and creates them by their names.
public enum WaveFile {
  /// A reader for the file: FST if it begins as one, else VCD, plain or compressed.
  public static func open(_ path: String) throws(WaveError) -> any WaveSource {
    let start = try InputFile(path: path).bytes(at: 0, count: 9)
    // The header block of FST: type 0 and a length of 329; 254 is an FST file compressed as a whole.
    if start.first == 0 || start.first == FSTFormat.Block.wrapper.rawValue { return try FSTReader(path: path) }
    return try VCDReader(path: path)
  }

  /// A writer for any hierarchy, in the format that the path's extension names.
  public static func create(
    _ path: String, hierarchy: WaveHierarchy, timescale: Timescale, vcd: VCDOptions = VCDOptions(),
    fst: FSTOptions = FSTOptions()
  ) throws(WaveError) -> any WaveWriter {
    guard let vcd = try options(vcd, of: path) else {
      return try FSTWriter(path: path, hierarchy: hierarchy, timescale: timescale, options: fst)
    }
    return try VCDWriter(path: path, hierarchy: hierarchy, timescale: timescale, options: vcd)
  }

  /// A writer for a machine's trace, in the format that the path's extension names.
  public static func create(
    _ path: String, layout: TraceLayout, vcd: VCDOptions = VCDOptions(), fst: FSTOptions = FSTOptions()
  ) throws(WaveError) -> any WaveWriter {
    guard let vcd = try options(vcd, of: path) else { return try FSTWriter(path: path, layout: layout, options: fst) }
    return try VCDWriter(path: path, layout: layout, options: vcd)
  }

  /// The options of a VCD file, compressed if its name says so; nil for an FST file.
  private static func options(_ vcd: VCDOptions, of path: String) throws(WaveError) -> VCDOptions? {
    guard let format = WaveFormat(fileName: path) else {
      throw WaveError(file: path, kind: .usage, "traces are written as .vcd, .vcd.gz or .fst")
    }
    var vcd = vcd
    vcd.isPacked = format == .vcdGzip
    return format == .fst ? nil : vcd
  }
}
