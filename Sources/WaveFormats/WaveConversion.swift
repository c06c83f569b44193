import Signals

extension WaveFile {
  /// Copies a waveform into a file of the format that the path's extension names; returns the number of changes.
  ///
  /// Signals, values and times are kept; strings are lost where `vcd` asks for the standard dialect.
  public static func convert(
    _ source: consuming any WaveSource, to path: String, vcd: VCDOptions = VCDOptions(), fst: FSTOptions = FSTOptions()
  ) throws(WaveError) -> Int {
    var source = source
    let writer = try create(path, hierarchy: source.hierarchy, timescale: source.timescale, vcd: vcd, fst: fst)
    var step = WaveStep()
    var count = 0
    var last: UInt64 = 0
    while try source.next(into: &step) {
      try writer.append(step)
      count += step.changes.count
      last = step.time
    }
    let (end, overflows) = last.multipliedReportingOverflow(by: source.timescale.femtoseconds)
    try writer.finish(at: SimulationTime(femtoseconds: overflows ? .max : end))
    return count
  }
}
