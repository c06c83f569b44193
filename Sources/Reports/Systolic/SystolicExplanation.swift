public import Mappings
public import Workloads

/// Everything about a systolic mapping that is known before it runs, as text: loops, folds, expected cycles and accesses.
public struct SystolicExplanation: Sendable {
  /// The layer as the user gave it.
  public let layer: ConvolutionLayer
  /// What its convolution became.
  public let lowering: ConvolutionLowering
  /// The folds, of the lowered layer.
  public let schedule: SystolicSchedule
  /// The array's rules.
  public let timing: FoldTiming
  /// What it will take.
  public let forecast: SystolicForecast

  /// An explanation of a schedule.
  public init(
    _ layer: ConvolutionLayer, lowering: ConvolutionLowering, schedule: SystolicSchedule, timing: FoldTiming,
    hasBias: Bool
  ) {
    self.layer = layer
    self.lowering = lowering
    self.schedule = schedule
    self.timing = timing
    forecast = SystolicForecast(schedule, timing: timing, hasBias: hasBias)
  }

  /// All sections.
  public var text: String {
    """
    \(headline)
    \(loopNest)
    Expected, while no tile, psum half or bank is waited for
    \(expected.text)
    Expected accesses, in words
    \(accesses.text)
    Reuse that the layer offers: first uses, and uses beyond them
    \(reuse.text)
    """
  }

  private var headline: String {
    let extents = schedule.extents
    let dilation =
      layer.dilationHeight * layer.dilationWidth > 1
      ? ", dilation \(layer.dilationHeight) x \(layer.dilationWidth)" : ""
    return """
      \(layer.name): ifmap \(layer.ifmapShape), filters \(layer.filterShape), stride \(layer.strideHeight) x \
      \(layer.strideWidth)\(dilation), ofmap \(layer.ofmapShape), \(DecimalText.grouped(layer.macs)) MACs
      \(timing.rows) x \(timing.columns) PEs, \(schedule.dataflow.title), lowering \(lowering.rawValue): m = \
      \(DecimalText.grouped(extents.m)) positions, k = \(DecimalText.grouped(extents.k)) products, n = \
      \(DecimalText.grouped(extents.n)) filters\(extents.groups > 1 ? ", \(extents.groups) groups" : "")

      """
  }

  // MARK: Loops

  /// The loops, each indented below the one around it, with the storage that holds what lies inside it.
  public var loopNest: String {
    let lines = schedule.loopNest.enumerated().map { depth, loop in
      (String(repeating: "  ", count: depth) + Self.head(loop), "\(loop.level): \(loop.meaning)")
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
  }

  /// `for m in 0..<784 by 128` (7 turns), or `spatial k in 0..<16`.
  private static func head(_ loop: Loop) -> String {
    let verb = loop.kind == .spatial ? "spatial" : "for"
    let step = loop.step == 1 ? "" : " by \(loop.step)"
    return "\(verb) \(loop.name) in 0..<\(loop.extent)\(step)"
  }

  // MARK: Numbers

  /// Folds, cycles and utilisation.
  public var expected: ReportTable {
    var table = ReportTable([.init("quantity"), .init("value"), .init("unit"), .init("how")])
    let (r, c) = (timing.rows, timing.columns)
    let overlap =
      timing.isDoubleBuffered ? "folds overlap: double-buffered" : "2R + C + T - 2 + P - 1 summed over folds"
    table.append(["folds", .integer(forecast.folds), "", "turns of g, m, n, k"])
    table.append([
      "longest fold", .integer(forecast.longestFoldCycles), "cycles",
      .text("2R + C + T - 2 + P - 1 with R = \(r), C = \(c), P = \(timing.macStages)"),
    ])
    table.append(["array_cycles", .integer(forecast.arrayCycles), "cycles", .text(overlap)])
    table.append([
      "utilisation bound", .number(100 * forecast.utilisationBound), "%", "MACs / (PEs x array_cycles)",
    ])
    table.append([
      "mapped PEs", .number(100 * forecast.mappedShare), "%", "PEs with work while vectors stream; the rest is ragged",
    ])
    table.append(["loaded", .integer(forecast.loadedBytes), "bytes", "ifmap, filter and bias tiles"])
    table.append(["stored", .integer(forecast.storedBytes), "bytes", "psums"])
    if lowering == .toeplitz, let toeplitz = try? ToeplitzLowering(layer) {
      let bytes = schedule.resources.operandBytes
      table.append([
        "Toeplitz matrix", .integer(toeplitz.elements * bytes), "bytes", "N C R S P Q elements in place of the ifmap",
      ])
      table.append([
        "duplicated", .integer(toeplitz.duplicatedElements * bytes), "bytes", "elements that are in the matrix already",
      ])
      table.append(["padding", .integer(toeplitz.paddingElements * bytes), "bytes", "zeros written out"])
    }
    return table
  }

  /// Words read and written at every level, by kind of data.
  public var accesses: ReportTable {
    var table = ReportTable(
      [.init("level")]
        + TensorKind.allCases.flatMap { [.init("\($0.rawValue)_reads"), .init("\($0.rawValue)_writes")] })
    for level in StorageLevel.allCases {
      let cells = TensorKind.allCases.flatMap { kind -> [ReportTable.Cell] in
        let count = forecast.accesses[level, kind]
        return [.integer(count.reads), .integer(count.writes)]
      }
      table.append([.text(level.rawValue)] + cells)
    }
    return table
  }

  /// The three kinds of reuse.
  public var reuse: ReportTable {
    var table = ReportTable(ReportTable.reuseColumns)
    table.append(ReportTable.reuseCells(LayerReuse(layer)))
    return table
  }
}
