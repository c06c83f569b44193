/// Opens waveform files by what they hold, whatever they are called, and creates them by their names.
public enum WaveFile {
  /// A reader for the file, `-` for the standard input: FST if it begins as one, else VCD, plain or compressed.
  public static func open(_ path: String) throws(WaveError) -> any WaveSource {
    let file = try InputFile(path: path)
    let start = try file.bytes(at: 0, count: 9)
    if let (_, what) = otherFormats.first(where: { start.starts(with: $0.0) }) {
      throw WaveError(file: file.path, kind: .format, "this is \(what)")
    }
    // The header block of FST: type 0 and a length of 329; 254 is an FST file compressed as a whole.
    if start.first == 0 || start.first == FSTFormat.Block.wrapper.rawValue { return try FSTReader(file) }
    return try VCDReader(file)
  }

  /// How files begin that users take for waveforms, or have waveforms in, and what to do with them.
  private static let otherFormats: [([UInt8], String)] = [
    (Array("GHDLwave".utf8), "a GHW file; GHDL writes VCD with --vcd and FST with --fst"),
    ([0x01, 0x38], "an LXT file; GTKWave's lxt2vcd makes VCD of it"),
    ([0x13, 0x80], "an LXT2 file; GTKWave's lxt2vcd makes VCD of it"),
    (Array("VZT".utf8), "a VZT file; GTKWave's vzt2vcd makes VCD of it"),
    (Array("BZh".utf8), "a file compressed by bzip2; unpack it, or pipe it in as -"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "a file compressed by xz; unpack it, or pipe it in as -"),
    ([0x28, 0xb5, 0x2f, 0xfd], "a file compressed by zstd; unpack it, or pipe it in as -"),
    (Array("PK".utf8), "a zip archive; unpack it"),
  ]

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
