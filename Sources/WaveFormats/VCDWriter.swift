import Files
public import Signals

/// Writes a VCD file that GTKWave, Surfer and VaporView open: fed cycle by cycle by a probe, or step by step by a reader.
///
/// Source: IEEE 1364-2005 clause 18, and GTKWave's extensions. Two runs give the same bytes. Every write ends with a whole line,
/// so that the file loads up to the last flush whatever becomes of the process. Errors: a path that cannot be created, a full
/// disk, times that decrease.
public final class VCDWriter: WaveWriter {
  /// Length of a tick.
  public let timescale: Timescale

  // A struct, so that a batch is one access to this object.
  private var body: VCDBody

  /// Creates the file and writes its header.
  public init(
    path: String, hierarchy: WaveHierarchy, timescale: Timescale, options: VCDOptions, layout: TraceLayout?
  ) throws(WaveError) {
    self.timescale = timescale
    let header = VCDHeader(hierarchy, timescale: timescale, options: options)
    var text = VCDText(
      file: try OutputFile(path: path), isPacked: options.isPacked, usesThread: options.usesThread)
    try text.append(header.text)
    body = VCDBody(
      text, path: path, hierarchy: hierarchy, codes: header.codes, timescale: timescale, dialect: options.dialect,
      layout: layout)
  }

  /// Bytes written so far, those in the buffer included.
  public var byteCount: Int { body.byteCount }

  /// A line of unknowns a signal, and the comment that says why.
  public var endingByteCount: Int { body.endingByteCount }

  /// Takes what changed at one instant. Times never decrease.
  public func record(at time: SimulationTime, changes: Span<SignalChange>, texts: [String]) throws(WaveError) {
    try body.record(time.femtoseconds, changes, texts)
  }

  /// Takes what changed at one instant after the other.
  public func record(_ batch: SampleBatch) throws(WaveError) { try body.record(batch) }

  /// Writes the changes of one instant, in ticks of the timescale.
  public func append(_ step: WaveStep) throws(WaveError) { try body.append(step) }

  /// Hands the buffer to the operating system.
  public func flush() throws(WaveError) { try body.flush() }

  /// Shows every vector as unknown from `time` on, and says why in a comment.
  public func suspend(at time: SimulationTime, reason: String) throws(WaveError) {
    try body.suspend(at: time.femtoseconds, reason: reason)
  }

  /// Ends the file at `time` (or at the last change, if that is later) and closes it.
  public func finish(at time: SimulationTime) throws(WaveError) { try body.finish(at: time.femtoseconds) }
}
