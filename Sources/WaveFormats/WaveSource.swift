/// A waveform that is read step by step, in time order, with bounded memory.
public protocol WaveSource {
  /// The file, as the user named it.
  var path: String { get }
  /// What it declares.
  var hierarchy: WaveHierarchy { get }
  /// Length of a tick.
  var timescale: Timescale { get }
  /// Who wrote it and what its comments say: `$version`, `$date`, `$comment`.
  var notes: [String] { get }
  /// Irregularities met so far that were read over, at most `WaveWarning.limit`.
  var warnings: [WaveWarning] { get }
  /// Reads all changes of the next instant; false at the end, when `step` is empty.
  mutating func next(into step: inout WaveStep) throws(WaveError) -> Bool
}

/// Something in a file that a reader could pass over but that another viewer may not.
public struct WaveWarning: Sendable, Equatable, CustomStringConvertible {
  /// How many warnings a reader keeps.
  public static let limit = 100
  /// Where.
  public let place: WaveError.Place
  /// What.
  public let message: String

  /// `line 12: message`.
  public var description: String {
    switch place {
    case .file: message
    case .line(let line): "line \(line): \(message)"
    case .block(let block, let offset): "block \(block), offset \(offset): \(message)"
    }
  }
}

/// The formats that can be read and written.
public enum WaveFormat: String, Sendable, CaseIterable {
  /// Value change dump, text.
  case vcd
  /// Value change dump, compressed.
  case vcdGzip = "vcd.gz"
  /// GTKWave's fast signal trace.
  case fst

  /// The format that a file name asks for by its extension.
  public init?(fileName: String) {
    let lower = fileName.lowercased()
    guard let format = Self.allCases.first(where: { lower.hasSuffix(".\($0.rawValue)") }) else { return nil }
    self = format
  }
}
