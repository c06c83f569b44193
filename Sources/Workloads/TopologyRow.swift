internal import Tensors

/// Checks one row of a topology file and makes a record of it.
struct TopologyRow {
  /// The largest extent: what SCALE-Sim and ONNX shapes of real networks stay far below.
  static let extents = 1...(1 << 31 - 1)

  let row: CommaSeparated.Row
  let header: TopologyHeader
  let file: String

  func record(section: String?) throws(InputError) -> TopologyRecord {
    guard row.cells.count <= header.places.count else {
      let excess = row.cells.count - header.places.count
      throw InputError(
        file: file, place: .line(row.line, column: row.cells[header.places.count].column), kind: .mismatch,
        problem: "the row has \(row.cells.count) cells, \(excess) more than there are columns")
    }
    guard let name = cell(.name)?.text, !name.isEmpty else {
      throw fault(.name, .missing, "the layer has no name")
    }
    let operation: TopologyRecord.Operation =
      header.isMatrixProduct ? .matrixProduct(try matrixProduct()) : .convolution(try convolution())
    return TopologyRecord(
      name: name, section: section, line: row.line, operation: operation, zeroFraction: try fraction(),
      filterZeroFraction: try sparsity())
  }

  private func matrixProduct() throws(InputError) -> TopologyRecord.MatrixProduct {
    TopologyRecord.MatrixProduct(m: try number(.m), n: try number(.n), k: try number(.k))
  }

  private func convolution() throws(InputError) -> TopologyRecord.Convolution {
    let layer = TopologyRecord.Convolution(
      ifmapHeight: try number(.ifmapHeight), ifmapWidth: try number(.ifmapWidth),
      filterHeight: try number(.filterHeight), filterWidth: try number(.filterWidth),
      channels: try number(.channels), filters: try number(.filters),
      strideHeight: try number(header.places.contains(.strides) ? .strides : .strideHeight, default: 1),
      strideWidth: try number(header.places.contains(.strides) ? .strides : .strideWidth, default: 1),
      padding: try number(.padding, default: 0, in: 0...(1 << 31 - 1)), dilation: try number(.dilation, default: 1),
      groups: try number(.groups, default: 1), batch: try number(.batch, default: 1))
    try checkFilter(.filterHeight, layer.filterHeight, .ifmapHeight, layer.ifmapHeight, layer)
    try checkFilter(.filterWidth, layer.filterWidth, .ifmapWidth, layer.ifmapWidth, layer)
    for (column, count) in [(TopologyHeader.Column.channels, layer.channels), (.filters, layer.filters)]
    where count % layer.groups != 0 {
      let below = count / layer.groups * layer.groups
      let nearest = below > 0 && count - below <= below + layer.groups - count ? below : below + layer.groups
      throw fault(
        column, .mismatch, "\(column.rawValue) is \(count), not a multiple of the \(layer.groups) groups",
        remedy: "the nearest legal value is \(nearest)")
    }
    return layer
  }

  /// A filter, spread by its dilation, must fit into the padded ifmap. Extents below 2^31 cannot overflow here.
  private func checkFilter(
    _ column: TopologyHeader.Column, _ filter: Int, _ ifmapColumn: TopologyHeader.Column, _ ifmap: Int,
    _ layer: TopologyRecord.Convolution
  ) throws(InputError) {
    let spread = (filter - 1) * layer.dilation + 1
    let padded = ifmap + 2 * layer.padding
    guard spread > padded else { return }
    throw fault(
      column, .outOfRange,
      "\(column.rawValue) is \(filter)\(layer.dilation == 1 ? "" : ", spread by its dilation \(spread)"), "
        + "\(spread - padded) more than \(ifmapColumn.rawValue) \(padded)\(layer.padding == 0 ? "" : " with padding")",
      remedy: "the nearest legal value is \((padded - 1) / layer.dilation + 1)")
  }

  private func cell(_ column: TopologyHeader.Column) -> CommaSeparated.Cell? {
    guard let place = header.places.firstIndex(of: column), place < row.cells.count else { return nil }
    return row.cells[place]
  }

  private func number(
    _ column: TopologyHeader.Column, default fallback: Int? = nil, in range: ClosedRange<Int> = extents
  ) throws(InputError) -> Int {
    guard let text = cell(column)?.text, !text.isEmpty else {
      if let fallback { return fallback }
      throw fault(column, .missing, "the layer has no \(column.rawValue)")
    }
    let legal = "it takes \(range.lowerBound) to \(range.upperBound)"
    guard let value = Int(text) else {
      guard Double(text) == nil else {
        throw fault(column, .outOfRange, "\(column.rawValue) is \(text), not a whole number of 64 bits", remedy: legal)
      }
      throw fault(column, .malformed, "\(column.rawValue) is '\(text)', not a whole number", remedy: legal)
    }
    guard !range.contains(value) else { return value }
    let isAbove = value > range.upperBound
    let bound = isAbove ? range.upperBound : range.lowerBound
    let excess = isAbove ? UInt(bitPattern: value &- bound) : UInt(bitPattern: bound &- value)
    throw fault(
      column, .outOfRange,
      "\(column.rawValue) is \(value), \(excess) \(isAbove ? "above" : "below") the legal \(bound)",
      remedy: "\(legal); the nearest legal value is \(bound)")
  }

  private func fraction() throws(InputError) -> Double? {
    guard let text = cell(.zeros)?.text, !text.isEmpty else { return nil }
    guard let value = Double(text), (0...1).contains(value) else {
      throw fault(.zeros, .outOfRange, "Zeros is '\(text)', not a fraction", remedy: "it takes 0 to 1")
    }
    return value
  }

  private func sparsity() throws(InputError) -> Double? {
    guard let text = cell(.sparsity)?.text, !text.isEmpty else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let nonZeros = parts[0], let size = parts[1], size > 0, (0...size).contains(nonZeros) else {
      throw fault(
        .sparsity, .outOfRange, "Sparsity is '\(text)', not N:M", remedy: "it takes N non-zeros in M, such as 2:4")
    }
    return Double(size - nonZeros) / Double(size)
  }

  private func fault(
    _ column: TopologyHeader.Column, _ kind: InputError.Kind, _ problem: String, remedy: String = ""
  ) -> InputError {
    let position = cell(column)?.column ?? 1
    return InputError(
      file: file, place: .line(row.line, column: position), kind: kind, problem: problem, remedy: remedy)
  }
}
