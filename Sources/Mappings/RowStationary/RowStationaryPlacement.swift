internal import Workloads

/// Where the PE sets of a mapping stand on the array, and the IDs that lead every word to its PEs.
///
/// A band is r x R rows: a chain of r x R PEs in each column, whose psums climb from the bottom row to the top row. A PE set
/// with e up to the array's columns stands in one band, beside others; a wider one is cut into segments, one a band (JSSC
/// 2017, Fig. 5: AlexNet's CONV2 as 14 + 13 columns).
public struct RowStationaryPlacement: Sendable, Hashable, Codable {
  /// What one PE works on.
  public struct Role: Sendable, Hashable, Codable {
    /// The set's block of p filters, 0 ..< t.
    public let filterSet: Int
    /// The set's block of q channels, 0 ..< r.
    public let channelSet: Int
    /// Row of the filter, 0 ..< R, counted from the first of the pass.
    public let filterRow: Int
    /// Row of the strip of ofmap rows, 0 ..< e.
    public let ofmapRow: Int
    /// Place in the chain, 0 at the top where psums leave.
    public let chainRow: Int
    /// Row of the strip of ifmap rows: U x ofmap row + dilation x filter row.
    public let ifmapRow: Int
  }

  /// The PEs at both ends of a chain: psums enter at the bottom and leave at the top.
  public struct Chain: Sendable, Hashable, Codable {
    /// Number of the PE (row x columns + column) with chain row 0.
    public let top: Int
    /// Number of the PE with the last chain row.
    public let bottom: Int
  }

  /// The IDs that the multicast controllers of one network are configured with.
  public struct IDs: Sendable, Hashable, Codable {
    /// One ID a row of the array, for the controller on the Y-bus; -1 where the row is not used.
    public var rows: [Int]
    /// One ID a PE, row by row, for the controller on the X-bus; -1 where the PE is not used.
    public var columns: [Int]
  }

  /// One role a PE, row by row; nil where no set stands.
  public let roles: [Role?]
  /// One chain for each ofmap row of each filter set: t x e, in the order filter set x e + ofmap row.
  public let chains: [Chain]
  /// IDs of the three input networks.
  public private(set) var filterIDs, ifmapIDs, psumIDs: IDs
  /// Rows of a chain: r x R.
  public let chainRows: Int

  /// Columns that the array has; PE (row, column) has number row x columns + column.
  public let columns: Int

  init(_ mapping: RowStationaryMapping) {
    let frame = RowStationaryFrame(mapping)
    let resources = mapping.resources
    let (layer, parameters) = (mapping.layer, mapping.parameters)
    columns = resources.columns
    chainRows = frame.chainRows
    var roles = [Role?](repeating: nil, count: resources.rows * resources.columns)
    var chains: [Chain] = []
    for filterSet in 0..<parameters.t {
      for ofmapRow in 0..<parameters.e {
        let (row, column) = frame.place(filterSet: filterSet, ofmapRow: ofmapRow)
        for chainRow in 0..<frame.chainRows {
          let (channelSet, filterRow) = chainRow.quotientAndRemainder(dividingBy: mapping.segmentSize.rows)
          roles[(row + chainRow) * columns + column] = Role(
            filterSet: filterSet, channelSet: channelSet, filterRow: filterRow, ofmapRow: ofmapRow, chainRow: chainRow,
            ifmapRow: layer.strideHeight * ofmapRow + layer.dilationHeight * filterRow)
        }
        chains.append(
          Chain(top: row * columns + column, bottom: (row + frame.chainRows - 1) * columns + column))
      }
    }
    self.roles = roles
    self.chains = chains
    let unused = IDs(
      rows: [Int](repeating: -1, count: resources.rows), columns: [Int](repeating: -1, count: roles.count))
    (filterIDs, ifmapIDs, psumIDs) = (unused, unused, unused)
    for (number, role) in roles.enumerated() {
      guard let role else { continue }
      let (row, column) = number.quotientAndRemainder(dividingBy: columns)
      filterIDs.rows[row] = row / frame.rowsOfSet * frame.chainRows + role.chainRow
      filterIDs.columns[number] = frame.slot(ofColumn: column)
      (ifmapIDs.rows[row], ifmapIDs.columns[number]) = mapping.ifmapTag(
        channelSet: role.channelSet, ifmapRow: role.ifmapRow)
      psumIDs.rows[row] = row
      psumIDs.columns[number] = column
    }
  }
}

/// How PE sets are packed onto the array.
struct RowStationaryFrame {
  /// Rows of a chain.
  let chainRows: Int
  /// Bands that one set is cut into, and sets side by side in a band.
  let bandsPerSet, setsPerBand: Int
  /// Sets that fit.
  let capacity: Int
  private let columns, setColumns: Int

  init(_ mapping: RowStationaryMapping) {
    columns = mapping.resources.columns
    setColumns = mapping.parameters.e
    chainRows = mapping.parameters.r * mapping.segmentSize.rows
    bandsPerSet = ceilingQuotient(setColumns, columns)
    setsPerBand = max(1, columns / setColumns)
    capacity = mapping.resources.rows / chainRows / bandsPerSet * setsPerBand
  }

  /// Rows that the bands of one set take.
  var rowsOfSet: Int { chainRows * bandsPerSet }

  /// Row and column of a set's top PE for one ofmap row.
  func place(filterSet: Int, ofmapRow: Int) -> (row: Int, column: Int) {
    let (group, slot) = filterSet.quotientAndRemainder(dividingBy: setsPerBand)
    let (segment, column) = ofmapRow.quotientAndRemainder(dividingBy: columns)
    return ((group * bandsPerSet + segment) * chainRows, slot * setColumns + column)
  }

  /// Which of the sets side by side a column belongs to.
  func slot(ofColumn column: Int) -> Int { bandsPerSet > 1 ? 0 : column / setColumns }
}

extension RowStationaryMapping {
  /// Where the sets stand, and every ID.
  public var placement: RowStationaryPlacement { RowStationaryPlacement(self) }

  /// The tag of an ifmap row: rows that lie a multiple of the stride apart share a row ID, so that a diagonal is one tag.
  public func ifmapTag(channelSet: Int, ifmapRow: Int) -> (row: Int, column: Int) {
    let (column, phase) = ifmapRow.quotientAndRemainder(dividingBy: layer.strideHeight)
    return (channelSet * phases + phase, column)
  }

  /// The tag of a filter row: that of the set's band and of its place in the chain.
  public func filterTag(filterSet: Int, channelSet: Int, filterRow: Int) -> (row: Int, column: Int) {
    let frame = RowStationaryFrame(self)
    let (group, slot) = filterSet.quotientAndRemainder(dividingBy: frame.setsPerBand)
    return (group * frame.chainRows + channelSet * segmentSize.rows + filterRow, slot)
  }

  /// Different remainders, by the stride, of the rows that a window's taps lie in.
  private var phases: Int {
    min(layer.strideHeight, (0..<segmentSize.rows).map { $0 * layer.dilationHeight % layer.strideHeight }.max()! + 1)
  }

  /// The largest IDs that the mapping needs: rows, filter columns, ifmap columns, psum columns.
  var largestIDs: (row: Int, filterColumn: Int, ifmapColumn: Int, psumColumn: Int) {
    let frame = RowStationaryFrame(self)
    let lastTap = (segmentSize.rows - 1) * layer.dilationHeight
    return (
      max(parameters.r * phases, resources.rows) - 1, min(parameters.t, frame.setsPerBand) - 1,
      parameters.e - 1 + lastTap / layer.strideHeight, resources.columns - 1
    )
  }
}
