public import WaveFormats

/// Sizes of files as people write and read them: `200MB` is 200 000 000 bytes.
public enum ByteSize {
  private static let units: [(String, Int)] = [
    ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000),
  ]

  /// Reads `500MB`, `1.5 GB`, `64kB`, `4096` or `4096B`.
  public static func parse(_ text: String, option: String) throws(WaveError) -> Int {
    let compact = text.filter { !$0.isWhitespace && $0 != "_" }
    let lower = compact.lowercased()
    let unit = units.first { lower.hasSuffix($0.0.lowercased()) }
    let plain = lower.hasSuffix("b") && unit == nil ? compact.dropLast() : compact.dropLast(unit?.0.count ?? 0)
    guard let number = Double(plain), number > 0, number * Double(unit?.1 ?? 1) < 1e18 else {
      throw WaveError(file: "\(option) \(text)", kind: .usage, "this is no size such as 200MB, 1.5GB or 64kB")
    }
    return Int(number * Double(unit?.1 ?? 1))
  }

  /// Three significant digits and a unit.
  public static func text(_ bytes: Int) -> String {
    guard let unit = units.first(where: { bytes >= $0.1 }) else { return "\(bytes) bytes" }
    let hundredths = bytes / (unit.1 / 100)
    let whole = hundredths / 100
    if whole >= 100 { return "\(whole) \(unit.0)" }
    if whole >= 10 { return "\(whole).\(hundredths % 100 / 10) \(unit.0)" }
    return "\(whole).\(hundredths % 100 / 10)\(hundredths % 10) \(unit.0)"
  }
}
