internal import Reports

/// Time that the host spent on a layer. It stands in no report: two runs of the same inputs give the same bytes.
public struct HostTime: Sendable {
  /// Drawing tensors, and the golden model.
  public var golden = Duration.zero
  /// The simulation alone.
  public var simulation = Duration.zero

  /// A time by its parts, none by default.
  public init(golden: Duration = .zero, simulation: Duration = .zero) {
    (self.golden, self.simulation) = (golden, simulation)
  }

  /// Adds the time of another layer.
  public static func += (left: inout HostTime, right: HostTime) {
    left.golden += right.golden
    left.simulation += right.simulation
  }

  /// A line that says both apart, and how many PE-cycles a second were simulated.
  public func text(layers: Int, peCycles: Int) -> String {
    let seconds = simulation / .seconds(1)
    let speed = DecimalText.fixed(Double(peCycles) / max(seconds, 1e-9) / 1e6, digits: 1)
    return "on this host, \(layers) layer\(layers == 1 ? "" : "s"): tensors and golden model "
      + "\(DecimalText.fixed(golden / .seconds(1), digits: 1)) s, simulation \(DecimalText.fixed(seconds, digits: 1)) s, "
      + "\(speed) M PE-cycles/s a core"
  }
}
