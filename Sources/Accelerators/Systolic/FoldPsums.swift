import Compute
import Mappings

/// The control words of one fold's psums, vector by vector: decided when the fold begins to stream.
struct FoldPsums: Sendable, Codable {
  /// Word of the accumulator for column 0 of vector 0, and words from vector to vector.
  private let address: Int
  private let columns: Int
  /// Bias of column 0 of vector 0, -1 if the fold adds to psums that already stand; and how it grows.
  private let bias: Int
  private let biasOfVector: Int
  private let biasOfColumn: Int
  /// Columns in use.
  private let usedColumns: Int
  /// Vectors that have psums: on OS a ragged fold's last rows have none.
  private let vectors: Int
  /// The vector that completes the set of psums, -1 if none does.
  private let completingVector: Int

  /// What the feet of the columns do with a vector: on WS a position, on IS a filter, on OS an array row.
  func word(vector: Int, drainedRows: Int = -1) -> PsumControl {
    PsumControl(
      address: vector < vectors ? Int32(truncatingIfNeeded: address &+ vector &* columns) : -1,
      bias: bias < 0 ? -1 : Int32(truncatingIfNeeded: bias &+ vector &* biasOfVector),
      biasStride: Int32(truncatingIfNeeded: biasOfColumn), columns: Int32(truncatingIfNeeded: usedColumns),
      drainedRows: Int32(truncatingIfNeeded: drainedRows), completesTile: vector == completingVector)
  }
}

extension FoldPsums {
  /// No fold: nothing leaves.
  static let none = FoldPsums(
    address: -1, columns: 0, bias: -1, biasOfVector: 0, biasOfColumn: 0, usedColumns: 0, vectors: 0,
    completingVector: -1)

  /// The psums of a fold.
  init(_ fold: Fold, of layer: PlacedLayer) {
    let dataflow = layer.schedule.dataflow
    let filter = layer.firstFilter(of: fold)
    // On OS the rows leave bottom first, so row 0 is the last of them.
    let lastVector =
      switch dataflow {
      case .outputStationary: 0
      case .inputStationary: fold.n.count - 1
      case .weightStationary: fold.m.count - 1
      }
    self.init(
      address: layer.psumBase(fold), columns: layer.columns, bias: fold.isFirstOfPsums ? filter : -1,
      biasOfVector: dataflow == .inputStationary ? 1 : 0, biasOfColumn: dataflow == .inputStationary ? 0 : 1,
      usedColumns: fold[layer.spatial.columns].count, vectors: dataflow == .outputStationary ? fold.m.count : .max,
      completingVector: fold.isLastOfPsums ? lastVector : -1)
  }
}
