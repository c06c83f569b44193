public import Mappings

/// The published measurements beside the model's, with the error of each.
public struct SiliconComparison: Sendable {
  /// What the model found for one layer.
  public struct Layer: Sendable, Equatable {
    /// The layer's name.
    public var name: String
    /// Latency of all.
    public var totalMilliseconds: Double
    /// Latency of the passes alone.
    public var processingMilliseconds: Double
    /// PEs that work.
    public var activePEs: Int
    /// Zeros in the ifmap, of all elements without padding.
    public var zeroFraction: Double
    /// Bytes between GLB and array.
    public var glbBytes: Int
    /// Bytes over the link as moved.
    public var dramBytes: Int
    /// Bytes over the link as they would be without compression.
    public var uncompressedBytes: Int

    /// A layer by its parts.
    public init(
      name: String, totalMilliseconds: Double, processingMilliseconds: Double, activePEs: Int, zeroFraction: Double,
      glbBytes: Int, dramBytes: Int, uncompressedBytes: Int
    ) {
      self.name = name
      (self.totalMilliseconds, self.processingMilliseconds) = (totalMilliseconds, processingMilliseconds)
      (self.activePEs, self.zeroFraction) = (activePEs, zeroFraction)
      (self.glbBytes, self.dramBytes, self.uncompressedBytes) = (glbBytes, dramBytes, uncompressedBytes)
    }
  }

  /// A quantity that both have.
  public struct Quantity: Sendable {
    /// What it is called, with its unit.
    public let name: String
    /// The unit.
    public let unit: String
    /// Digits after the point.
    public let digits: Int
    /// The largest error of a layer that the model allows itself, as a fraction; nil where there is none.
    public let bound: Double?
    /// The largest error of the sum over all layers.
    public let totalBound: Double?
    /// Whether layers add up to something.
    public let isSum: Bool
    /// Reads the published and the modelled value.
    let published: @Sendable (EyerissSilicon.Layer) -> Double?
    let modelled: @Sendable (Layer) -> Double
  }

  /// The quantities of the published table, in its order.
  public static let quantities: [Quantity] = [
    .init(name: "total", unit: "ms", digits: 2, bound: 0.10, totalBound: 0.10, isSum: true) {
      $0.totalMilliseconds
    } modelled: {
      $0.totalMilliseconds
    },
    .init(name: "processing", unit: "ms", digits: 2, bound: 0.10, totalBound: 0.05, isSum: true) {
      $0.processingMilliseconds
    } modelled: {
      $0.processingMilliseconds
    },
    .init(name: "PEs", unit: "", digits: 0, bound: 0, totalBound: nil, isSum: false) {
      Double($0.activePEs)
    } modelled: {
      Double($0.activePEs)
    },
    .init(name: "zeros", unit: "%", digits: 2, bound: nil, totalBound: nil, isSum: false) {
      100 * $0.zeroFraction
    } modelled: {
      100 * $0.zeroFraction
    },
    .init(name: "GLB", unit: "MB", digits: 2, bound: 0.03, totalBound: nil, isSum: true) {
      $0.glbMegabytes
    } modelled: {
      Double($0.glbBytes) / 1e6
    },
    .init(name: "DRAM", unit: "MB", digits: 2, bound: 0.10, totalBound: 0.10, isSum: true) {
      $0.dramMegabytes
    } modelled: {
      Double($0.dramBytes) / 1e6
    },
    .init(name: "uncompressed", unit: "MB", digits: 2, bound: 0.01, totalBound: 0.01, isSum: true) {
      $0.uncompressedMegabytes
    } modelled: {
      Double($0.uncompressedBytes) / 1e6
    },
  ]

  /// One published value beside the model's.
  public struct Entry: Sendable {
    /// The layer's name, or `total`.
    public let layer: String
    /// Which quantity.
    public let quantity: Quantity
    /// The published value.
    public let published: Double
    /// The model's value.
    public let modelled: Double
    /// The largest error allowed, as a fraction.
    public let bound: Double?

    /// The error as a fraction of the published value.
    public var error: Double { published == 0 ? (modelled == 0 ? 0 : .infinity) : modelled / published - 1 }
    /// Whether the error is within its bound; true where there is none.
    public var holds: Bool { bound.map { abs(error) <= $0 + 1e-9 } ?? true }
  }

  /// The published layers that the model ran.
  public let pairs: [(published: EyerissSilicon.Layer, modelled: Layer)]

  /// Pairs layers of the same name; others are left out.
  public init(_ published: [EyerissSilicon.Layer], _ modelled: [Layer]) {
    pairs = modelled.compactMap { layer in
      published.first { $0.name == layer.name }.map { ($0, layer) }
    }
  }

  /// Every value that can be compared: layer by layer, then sums over all.
  public var entries: [Entry] {
    var entries: [Entry] = []
    for quantity in Self.quantities {
      var sums = (0.0, 0.0)
      for (published, modelled) in pairs {
        guard let theirs = quantity.published(published) else { continue }
        let ours = quantity.modelled(modelled)
        sums = (sums.0 + theirs, sums.1 + ours)
        entries.append(
          Entry(layer: published.name, quantity: quantity, published: theirs, modelled: ours, bound: quantity.bound))
      }
      guard quantity.isSum, pairs.count > 1 else { continue }
      entries.append(
        Entry(
          layer: "total", quantity: quantity, published: sums.0, modelled: sums.1, bound: quantity.totalBound))
    }
    return entries
  }

  /// One row a layer: for each quantity the paper's value, the model's and the error.
  public var table: ReportTable { table(of: Self.quantities) }

  /// The same in three tables, time, array and traffic, and below them what is beyond its bound.
  public var text: String {
    let beyond = misses.map { miss in
      "\(miss.layer) \(miss.quantity.name): \(DecimalText.fixed(100 * miss.error, digits: 1)) %, allowed are "
        + "\(DecimalText.fixed(100 * (miss.bound ?? 0), digits: 1)) %\n"
    }
    let tables = [0..<2, 2..<5, 5..<7].map { table(of: Array(Self.quantities[$0])).text + "\n" }
    return tables.joined()
      + (beyond.isEmpty ? "Every error is within its bound.\n" : "Beyond their bounds:\n" + beyond.joined())
  }

  private func table(of quantities: [Quantity]) -> ReportTable {
    var columns: [ReportTable.Column] = [.init("layer")]
    for quantity in quantities {
      columns += ["paper", "model"].map {
        .init("\(quantity.name)_\($0)", unit: quantity.unit, digits: quantity.digits)
      }
      if quantity.name != "zeros" { columns.append(.init("\(quantity.name)_error", unit: "%", digits: 1)) }
    }
    var table = ReportTable(columns)
    let entries = entries
    for name in pairs.map(\.published.name) + (pairs.count > 1 ? ["total"] : []) {
      var row: [ReportTable.Cell] = [.text(name)]
      for quantity in quantities {
        let entry = entries.first { $0.layer == name && $0.quantity.name == quantity.name }
        row += [entry.map { .number($0.published) } ?? .empty, entry.map { .number($0.modelled) } ?? .empty]
        if quantity.name != "zeros" { row.append(entry.map { .number(100 * $0.error) } ?? .empty) }
      }
      table.append(row)
    }
    table.hasTotal = pairs.count > 1
    return table
  }

  /// Values whose error is beyond its bound.
  public var misses: [Entry] { entries.filter { !$0.holds } }
}
