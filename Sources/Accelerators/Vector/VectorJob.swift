public import Memory

/// What the vector unit does in one go: results in the order of one store, and where the operands of each result lie.
public struct VectorJob: Sendable, Codable, Equatable {
  /// Which memory operands are read from.
  public enum Source: Sendable, Codable, Equatable {
    /// The accumulator, by word; an element's row is its channel.
    case psums
    /// The vector buffer, by byte.
    case buffer(isSigned: Bool)
  }

  /// Which memory operands are read from.
  public var source: Source
  /// Place of the first operand of each result.
  public var elements: AffineAxis
  /// What each further operand of the same result adds to its place.
  public var taps: AffineAxis
  /// Operands a result.
  public var tapCount: Int
  /// Rows and columns that hold operands, and where the padding below and right of them ends.
  public var bounds: Bounds
  /// Where the results go off chip, byte after byte; a result is a byte.
  public var store: Transfer

  /// A plane and its padding; taps outside the plane are padding up to the padded end, and nothing beyond.
  public struct Bounds: Sendable, Codable, Equatable {
    /// Rows that hold operands.
    public var height: Int32
    /// Columns that hold operands.
    public var width: Int32
    /// Row at which the padding below ends.
    public var paddedHeight: Int32
    /// Column at which the padding to the right ends.
    public var paddedWidth: Int32

    /// No bounds: every operand exists.
    public static let none = Bounds(height: .max, width: .max, paddedHeight: .max, paddedWidth: .max)
  }

  /// Bytes that it makes.
  public var results: Int { store.bytes }
}

extension AffineAxis {
  /// Three nested counters without rows and columns: where element i of a box lies.
  static func box(
    middle: Int, inner: Int, outerOffset: Int, middleOffset: Int, innerOffset: Int, start: Int
  ) -> AffineAxis {
    AffineAxis(
      middle: middle, inner: inner, outerOffset: outerOffset, middleOffset: middleOffset, innerOffset: innerOffset,
      middleRow: 0, innerColumn: 0, start: Place(offset: start, row: 0, column: 0))
  }
}
