internal import Foundation

extension Roofline {
  /// The roofline as an SVG picture, both axes logarithmic; layers without operations or bytes are left to the table.
  public var svg: String {
    let frame = RooflineFrame(self)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(RooflineFrame.width) \(RooflineFrame.height)" \
      font-family="sans-serif" font-size="12" role="img" aria-label="Roofline of \(XMLText.escaped(machine))">
      <rect width="100%" height="100%" fill="white"/>

      """
    svg += frame.grid()
    svg += frame.roof(self)
    for (number, layer) in plotted.enumerated() {
      svg += frame.point(layer, number, of: plotted.count, bound(of: layer))
    }
    return svg + "</svg>\n"
  }

  /// Layers that have a place on logarithmic axes.
  var plotted: [Layer] { layers.filter { $0.operations > 0 && $0.bytes > 0 && $0.attained > 0 } }
}

/// Places on the picture: whole decades that hold the ridge and every layer.
private struct RooflineFrame {
  static let width = 760
  static let height = 460
  private let left = 80.0
  private let right = 740.0
  private let top = 20.0
  private let bottom = 400.0
  private let x: ClosedRange<Int>
  private let y: ClosedRange<Int>

  init(_ roofline: Roofline) {
    let layers = roofline.plotted
    x = Self.decades(layers.map(\.intensity) + [roofline.ridge])
    y = Self.decades(layers.map(\.attained) + [roofline.peak])
  }

  private static func decades(_ values: [Double]) -> ClosedRange<Int> {
    let logs = values.map { log10($0) }
    let first = Int((logs.min() ?? 0).rounded(.down))
    return first...max(first + 1, Int((logs.max() ?? 0).rounded(.down)) + 1)
  }

  private func horizontal(_ value: Double) -> Double {
    left + (right - left) * (log10(value) - Double(x.lowerBound)) / Double(x.count - 1)
  }

  private func vertical(_ value: Double) -> Double {
    bottom - (bottom - top) * (log10(value) - Double(y.lowerBound)) / Double(y.count - 1)
  }

  private func text(_ value: Double) -> String { DecimalText.fixed(value, digits: 1).filter { $0 != "," } }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
    "<line x1=\"\(text(x1))\" y1=\"\(text(y1))\" x2=\"\(text(x2))\" y2=\"\(text(y2))\" \(style)/>\n"
  }

  private func label(_ x: Double, _ y: Double, _ anchor: String, _ words: String, _ more: String = "") -> String {
    "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\"\(more)>\(XMLText.escaped(words))</text>\n"
  }

  func grid() -> String {
    var svg = ""
    for decade in x {
      let place = horizontal(pow(10, Double(decade)))
      svg += line(place, top, place, bottom, "stroke=\"#ddd\"") + label(place, bottom + 18, "middle", power(decade))
    }
    for decade in y {
      let place = vertical(pow(10, Double(decade)))
      svg += line(left, place, right, place, "stroke=\"#ddd\"") + label(left - 8, place + 4, "end", power(decade))
    }
    svg += label((left + right) / 2, bottom + 44, "middle", "operations for each off-chip byte")
    let middle = (top + bottom) / 2
    return svg
      + label(20, middle, "middle", "operations a second", " transform=\"rotate(-90 20 \(text(middle)))\"")
  }

  private func power(_ decade: Int) -> String {
    switch decade {
    case -3..<0: "0." + String(repeating: "0", count: -decade - 1) + "1"
    case 0...4: "1" + String(repeating: "0", count: decade)
    default: "1e\(decade)"
    }
  }

  /// The slope from the left border to the ridge, clipped to the frame, and the flat roof behind it.
  func roof(_ roofline: Roofline) -> String {
    let lowest = max(pow(10, Double(x.lowerBound)), pow(10, Double(y.lowerBound)) / roofline.bandwidth)
    let (ridge, peak) = (horizontal(roofline.ridge), vertical(roofline.peak))
    let style = "stroke=\"#333\" stroke-width=\"2\""
    var svg = line(horizontal(lowest), vertical(lowest * roofline.bandwidth), ridge, peak, style)
    svg += line(ridge, peak, right, peak, style)
    svg += line(ridge, peak, ridge, bottom, "stroke=\"#999\" stroke-dasharray=\"4 4\"")
    return svg + label(ridge + 4, bottom - 6, "start", "ridge \(DecimalText.fixed(roofline.ridge, digits: 1))")
  }

  /// A dot with the layer's name: memory-bound ones are hollow.
  func point(_ layer: Roofline.Layer, _ number: Int, of count: Int, _ bound: Roofline.Bound) -> String {
    let (x, y) = (horizontal(layer.intensity), vertical(layer.attained))
    let colour = "hsl(\(count > 0 ? 360 * number / count : 0) 70% 40%)"
    let fill = bound == .memory ? "white" : colour
    return
      "<circle cx=\"\(text(x))\" cy=\"\(text(y))\" r=\"4\" fill=\"\(fill)\" stroke=\"\(colour)\" stroke-width=\"2\"><title>"
      + XMLText.escaped(
        "\(layer.name): \(DecimalText.fixed(layer.intensity, digits: 2)) op/byte, "
          + "\(DecimalText.fixed(layer.attained / 1e9, digits: 3)) Gop/s, bound by \(bound.rawValue)")
      + "</title></circle>\n" + label(x + 7, y + 4, "start", layer.name, " fill=\"\(colour)\"")
  }
}
