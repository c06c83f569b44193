public import Tensors

/// One layer of a topology file: a name and extents, as they stand in the file.
public struct TopologyRecord: Hashable, Sendable {
  /// A convolution; heights and widths in elements.
  ///
  /// The ifmap's extents are those before `padding`. SCALE-Sim writes extents that include the padding, and has no such
  /// column.
  public struct Convolution: Hashable, Sendable {
    /// Rows of the ifmap.
    public var ifmapHeight: Int
    /// Columns of the ifmap.
    public var ifmapWidth: Int
    /// Rows of a filter.
    public var filterHeight: Int
    /// Columns of a filter.
    public var filterWidth: Int
    /// Channels of the ifmap, over all groups.
    public var channels: Int
    /// Filters, over all groups: the channels of the ofmap.
    public var filters: Int
    /// Rows from one output to the next.
    public var strideHeight = 1
    /// Columns from one output to the next.
    public var strideWidth = 1
    /// Zero elements on each of the four sides.
    public var padding = 0
    /// Distance between neighbouring filter elements.
    public var dilation = 1
    /// Groups, each with its share of channels and filters.
    public var groups = 1
    /// Images.
    public var batch = 1
  }

  /// A matrix product of M x K by K x N.
  public struct MatrixProduct: Hashable, Sendable {
    /// Rows of the first factor.
    public var m: Int
    /// Columns of the second factor.
    public var n: Int
    /// Columns of the first factor, rows of the second.
    public var k: Int
  }

  /// The two kinds of topology files.
  public enum Operation: Hashable, Sendable {
    case convolution(Convolution)
    case matrixProduct(MatrixProduct)
  }

  /// The layer's name.
  public var name: String
  /// The heading above the layer, if the file has sections: a row of one cell and a comma.
  public var section: String?
  /// The line of the file, from 1.
  public var line: Int
  /// What the layer computes.
  public var operation: Operation
  /// Fraction of zeros in the ifmap (column `zeros`), 0 to 1, if the file says one.
  public var zeroFraction: Double?
  /// Fraction of zeros in the filters (column `sparsity`, `N:M` for N non-zeros in M), if the file says one.
  public var filterZeroFraction: Double?
}

/// SCALE-Sim's topology files: a CSV of convolution layers, or one of matrix products (its `conv_nets` and `GEMM_mnk`).
///
/// The first row names the columns, in any order and spelling of case, spaces and underscores; without such a row
/// SCALE-Sim's order is assumed. Every row may end in a comma, `#` starts a comment, columns without a name are
/// ignored, and of two columns `IFMAP Width`, as SCALE-Sim's DeepBench files have them, the first is the height. Beyond
/// SCALE-Sim: padding, dilation, groups, batch and zeros.
public enum TopologyFile {
  /// The layers in the file's order; `file` names it in errors.
  ///
  /// Throws `InputError` for missing, unknown and duplicate columns, and for extents that make no layer.
  public static func read(_ bytes: [UInt8], file: String) throws(InputError) -> [TopologyRecord] {
    var rows = try CommaSeparated.rows(bytes, file: file)
    guard let first = rows.first else {
      throw InputError(file: file, place: .file, kind: .missing, problem: "the topology file has no rows")
    }
    let header: TopologyHeader
    if first.isHeader {
      header = try TopologyHeader(first, file: file)
      rows.removeFirst()
    } else {
      header = try TopologyHeader(assumedFor: first, file: file)
    }
    guard !rows.isEmpty else {
      throw InputError(
        file: file, place: .line(first.line, column: 1), kind: .missing, problem: "no layer follows the column names")
    }
    var records: [TopologyRecord] = []
    var section: CommaSeparated.Cell?
    for (index, row) in rows.enumerated() {
      if row.isHeading, index + 1 < rows.count, !rows[index + 1].isHeading {
        section = row.cells[0]
      } else {
        let record = try TopologyRow(row: row, header: header, file: file).record(section: section?.text)
        records.append(record)
      }
    }
    return records
  }
}
