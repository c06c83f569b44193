/// Instants as texts.
public enum WaveTime {
  /// Femtoseconds in the longest unit that shows them with at most three digits behind the point: `125 ns`, `2.5 us`.
  public static func text(_ femtoseconds: UInt64) -> String {
    let units = ["fs", "ps", "ns", "us", "ms", "s"]
    var (whole, unit) = (femtoseconds, 0)
    while unit + 1 < units.count, whole >= 1000, whole % 1000 == 0 { (whole, unit) = (whole / 1000, unit + 1) }
    guard unit + 1 < units.count, whole >= 10_000 else { return "\(whole) \(units[unit])" }
    let part = "\(whole % 1000)"
    let digits = String(repeating: "0", count: 3 - part.count) + part
    return "\(whole / 1000).\(digits.replacingTrailing("0")) \(units[unit + 1])"
  }
}

extension String {
  /// Without the given characters at the end.
  fileprivate func replacingTrailing(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}
