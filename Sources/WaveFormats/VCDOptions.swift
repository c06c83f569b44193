/// How a VCD file is written.
public struct VCDOptions: WaveOptions {
  /// Which constructs a file may hold.
  public enum Dialect: Sendable {
    /// What GTKWave, Surfer and VaporView read beyond the standard: strings, and enumeration tables in `$attrbegin` lines.
    case extended
    /// IEEE 1364-2005 clause 18 only: text signals are left out, enumerations are plain vectors.
    case standard
  }

  /// Which constructs the file may hold.
  public var dialect: Dialect
  /// Length of a tick; nil takes the longest in which all clock edges are exact.
  public var timescale: Timescale?
  /// Lines for the header's `$comment`.
  public var comments: [String]
  /// Value of `$version`: who wrote the file. No date is written, so that two runs give the same bytes.
  public var version: String
  /// Whether the file is compressed, as `gzip` does: every buffer that was written can be read, whatever becomes of the rest.
  public var isPacked = false
  /// Whether a thread of its own writes each full buffer while the next one fills.
  public var usesThread = true

  /// Extended dialect, fitting timescale, no comments.
  public init() { self.init(dialect: .extended, comments: []) }

  /// Options by their parts.
  public init(
    dialect: Dialect = .extended, timescale: Timescale? = nil, comments: [String] = [], version: String = "Systole"
  ) {
    self.dialect = dialect
    self.timescale = timescale
    self.comments = comments
    self.version = version
  }
}
