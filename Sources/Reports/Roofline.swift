/// Each layer's performance against the two roofs of a machine: its arithmetic and its off-chip bandwidth.
///
/// One MAC is two operations; the intensity of a layer is its operations for each byte that crosses the chip's border, of
/// all tensors (Williams et al., CACM 2009; not the TPU's bytes of weights alone).
public struct Roofline: Sendable, Equatable {
  /// What a layer did.
  public struct Layer: Sendable, Equatable {
    /// What the report calls it.
    public var name: String
    /// Operations, two a MAC.
    public var operations: Int
    /// Bytes over the chip's border, as moved: compressed, padded to bursts, refetched.
    public var bytes: Int
    /// How long it took.
    public var seconds: Double

    /// A layer by its parts.
    public init(_ name: String, operations: Int, bytes: Int, seconds: Double) {
      (self.name, self.operations, self.bytes, self.seconds) = (name, operations, bytes, seconds)
    }

    /// Operations a byte; infinite where no byte moved.
    public var intensity: Double { Double(operations) / Double(bytes) }
    /// Operations a second.
    public var attained: Double { seconds > 0 ? Double(operations) / seconds : 0 }
  }

  /// What keeps a layer from being faster.
  public enum Bound: String, Sendable, CaseIterable {
    /// Left of the ridge: bandwidth is the lower roof.
    case memory
    /// Right of the ridge: arithmetic is the lower roof.
    case compute
  }

  /// What the machine is called.
  public let machine: String
  /// The most operations a second.
  public let peak: Double
  /// The most bytes a second over the chip's border.
  public let bandwidth: Double
  /// The layers, in the order of the run.
  public let layers: [Layer]

  /// A machine with its layers; both roofs are more than 0.
  public init(machine: String, peak: Double, bandwidth: Double, layers: [Layer]) {
    precondition(peak > 0 && bandwidth > 0, "a machine computes and moves")
    (self.machine, self.peak, self.bandwidth, self.layers) = (machine, peak, bandwidth, layers)
  }

  /// Where both roofs meet, in operations a byte.
  public var ridge: Double { peak / bandwidth }

  /// The lower roof at a layer's intensity, in operations a second.
  public func roof(of layer: Layer) -> Double {
    layer.bytes == 0 ? peak : min(peak, bandwidth * layer.intensity)
  }

  /// Which roof is the lower one.
  public func bound(of layer: Layer) -> Bound {
    layer.bytes > 0 && layer.intensity < ridge ? .memory : .compute
  }

  /// One row a layer: intensity, attained, roof, the share of the roof, and which roof it is.
  public var table: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("operations"), .init("off_chip", unit: "bytes"),
      .init("intensity", unit: "op/byte", digits: 2),
      .init("attained", unit: "Gop/s", digits: 3), .init("roof", unit: "Gop/s", digits: 3),
      .init("of_roof", unit: "%", digits: 1), .init("bound_by"),
    ])
    for layer in layers {
      let roof = roof(of: layer)
      table.append([
        .text(layer.name), .integer(layer.operations), .integer(layer.bytes),
        layer.bytes > 0 ? .number(layer.intensity) : .empty, .number(layer.attained / 1e9), .number(roof / 1e9),
        .number(roof > 0 ? 100 * layer.attained / roof : 0), .text(bound(of: layer).rawValue),
      ])
    }
    return table
  }

  /// The table with the roofs above it.
  public var text: String {
    """
    Roofline of \(machine): peak \(DecimalText.fixed(peak / 1e9, digits: 3)) Gop/s, off-chip bandwidth \
    \(DecimalText.fixed(bandwidth / 1e9, digits: 3)) GB/s, ridge at \(DecimalText.fixed(ridge, digits: 1)) op/byte
    \(table.text)
    """
  }
}
