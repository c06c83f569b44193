/// How an FST file is written.
public struct FSTOptions: WaveOptions {
  /// Bytes of changes in memory before a block is written; the writer's memory is about three times this.
  public var blockSize: Int
  /// Length of a tick; nil takes the longest in which all clock edges are exact.
  public var timescale: Timescale?
  /// Who wrote the file, at most 127 characters. No date is written, so that two runs give the same bytes.
  public var version: String
  /// Whether a thread of its own packs and writes each full block while the next one fills.
  public var usesThread = true

  /// Blocks of 16 MiB, fitting timescale.
  public init() { self.init(blockSize: 1 << 24) }

  /// Options by their parts; the block size is taken to the nearest of 4 KiB ... 512 MiB.
  public init(blockSize: Int = 1 << 24, timescale: Timescale? = nil, version: String = "Systole") {
    self.blockSize = min(max(blockSize, 1 << 12), 1 << 29)
    self.timescale = timescale
    self.version = version
  }
}
