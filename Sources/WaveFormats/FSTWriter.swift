import Files
public import Signals

/// Writes an FST file, GTKWave's compressed trace, in blocks, so that memory stays flat and the file loads after every block.
///
/// Source: the format description of libfst. Header, geometry and hierarchy come first; each block is written as one to be skipped
/// and then switched valid, and the header is brought up to date after it. Errors: as for `VCDWriter`.
public final class FSTWriter: WaveWriter {
  /// Length of a tick.
  public let timescale: Timescale

  // A struct, so that a batch is one access to this object.
  private var body: FSTBody

  /// Creates the file and writes its declarations.
  public init(
    path: String, hierarchy: WaveHierarchy, timescale: Timescale, options: FSTOptions, layout: TraceLayout?
  ) throws(WaveError) {
    self.timescale = timescale
    let declarations = FSTHierarchyWriter(hierarchy)
    let file = try OutputFile(path: path)
    body = FSTBody(file, hierarchy, declarations, timescale: timescale, options: options, layout: layout)
    try unsafe file.write(body.header().span.bytes)
    try unsafe file.write(declarations.geometryBlock().span.bytes)
    try unsafe file.write(declarations.hierarchyBlock().span.bytes)
  }

  /// Bytes of the file and, uncompressed, of what is still in memory; waits for a block that is being written.
  public var byteCount: Int { body.byteCount }

  /// Two blocks' first values and indices, and a change to unknown of every signal.
  public var endingByteCount: Int { body.endingByteCount }

  /// Takes what changed at one instant. Times never decrease.
  public func record(at time: SimulationTime, changes: Span<SignalChange>, texts: [String]) throws(WaveError) {
    try body.record(time.femtoseconds, changes, texts)
  }

  /// Takes what changed at one instant after the other.
  public func record(_ batch: SampleBatch) throws(WaveError) { try body.record(batch) }

  /// Writes the changes of one instant, in ticks of the timescale.
  public func append(_ step: WaveStep) throws(WaveError) { try body.append(step) }

  /// Writes a block with all that is in memory, and brings the header up to date.
  public func flush() throws(WaveError) { try body.flush() }

  /// Shows every vector as unknown from `time` on.
  public func suspend(at time: SimulationTime, reason: String) throws(WaveError) {
    try body.suspend(at: time.femtoseconds)
  }

  /// Ends the file at `time` (or at the last change, if that is later) and closes it.
  public func finish(at time: SimulationTime) throws(WaveError) { try body.finish(at: time.femtoseconds) }
}
