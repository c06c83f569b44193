public import Signals

/// Writes a waveform file, whatever its format: fed by a probe while a machine runs, or by a reader that converts.
public protocol WaveWriter: AnyObject {
  /// What the format lets a writer choose.
  associatedtype Options: WaveOptions
  /// Creates the file and writes its declarations; `layout` tells how changes of a machine map to them.
  init(
    path: String, hierarchy: WaveHierarchy, timescale: Timescale, options: Options, layout: TraceLayout?
  ) throws(WaveError)
  /// Length of a tick.
  var timescale: Timescale { get }
  /// An upper bound of what `suspend` and `finish` may add to the file besides what `byteCount` counts.
  var endingByteCount: Int { get }
  /// Bytes that the file has now, those still in memory included as far as their size is known.
  var byteCount: Int { get }
  /// Takes what changed at one instant, and the texts that `changes` refer to; an event changes whenever it occurs.
  ///
  /// Times never decrease.
  func record(at time: SimulationTime, changes: Span<SignalChange>, texts: [String]) throws(WaveError)
  /// Takes what a probe saw at one instant after the other: the same in one call.
  func record(_ batch: SampleBatch) throws(WaveError)
  /// Writes the changes of one instant; times never decrease.
  func append(_ step: WaveStep) throws(WaveError)
  /// Writes out what is held in memory, so that the file loads up to here whatever happens to the process.
  func flush() throws(WaveError)
  /// Declares that nothing is recorded from `time` on: every signal is shown as unknown.
  func suspend(at time: SimulationTime, reason: String) throws(WaveError)
  /// Ends the file at `time`, so that the last values have a width on the screen.
  func finish(at time: SimulationTime) throws(WaveError)
}

extension WaveWriter {
  /// Creates the file for a machine's trace.
  public init(path: String, layout: TraceLayout, options: Options = Options()) throws(WaveError) {
    try self.init(
      path: path, hierarchy: layout.hierarchy, timescale: options.timescale ?? .fitting(layout.clocks),
      options: options, layout: layout)
  }

  /// Creates a file for any hierarchy, for example one that a reader found.
  public init(
    path: String, hierarchy: WaveHierarchy, timescale: Timescale, options: Options = Options()
  ) throws(WaveError) {
    try self.init(path: path, hierarchy: hierarchy, timescale: timescale, options: options, layout: nil)
  }
}

/// How a file is written: what all formats let a writer choose.
public protocol WaveOptions: Sendable {
  /// Length of a tick; nil takes the longest in which all clock edges are exact.
  var timescale: Timescale? { get }
  /// The format's defaults.
  init()
}
