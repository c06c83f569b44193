/// Numbers as people read them, without a locale.
public enum DecimalText {
  /// Thousands apart: `1,234,567`.
  public static func grouped(_ value: Int) -> String {
    (value < 0 ? "-" : "") + grouped(String(value.magnitude))
  }

  /// A fixed number of digits after the point, thousands apart, rounded half to even in binary64: `1,234.500`.
  ///
  /// Infinities, NaN and magnitudes of 2^53 and more are printed as the standard library prints them.
  public static func fixed(_ value: Double, digits: Int) -> String {
    let digits = min(max(0, digits), 15)
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (abs(value) * scale).rounded(.toNearestOrEven)
    guard value.isFinite, scaled < 0x1p53 else { return "\(value)" }
    var text = String(Int(scaled))
    if text.count <= digits { text = String(repeating: "0", count: digits + 1 - text.count) + text }
    let whole = grouped(String(text.dropLast(digits)))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return sign + whole + (digits > 0 ? "." + text.suffix(digits) : "")
  }

  /// Bytes with a binary unit: `512 B`, `1.5 KiB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(count)
    var unit = 0
    while abs(value) >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : "\(fixed(value, digits: 1)) \(units[unit])"
  }

  private static func grouped(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
