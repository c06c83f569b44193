/// How many elements a column of signals has, and what each is called.
///
/// An element is a scope of its own: PE (1, 13) of `array` holds its registers in `array.pe_r01_c13`. Numbers are padded with
/// zeros so that names sort in order; brackets would break GTKWave.
public enum Extent: Hashable, Sendable {
  /// One signal in the block's own scope.
  case single
  /// `count` elements named `prefix_07`.
  case list(prefix: String, count: Int)
  /// `rows` x `columns` elements named `prefix_r01_c13`, row by row.
  case grid(prefix: String, rows: Int, columns: Int)

  /// Number of elements.
  public var count: Int {
    switch self {
    case .single: 1
    case .list(_, let count): count
    case .grid(_, let rows, let columns): rows * columns
    }
  }

  /// The scope name of one element; nil for a single signal, which needs no scope of its own.
  public func scope(of element: Int) -> String? {
    switch self {
    case .single:
      nil
    case .list(let prefix, let count):
      "\(prefix)_\(padded(element, limit: count))"
    case .grid(let prefix, let rows, let columns):
      "\(prefix)_r\(padded(element / columns, limit: rows))_c\(padded(element % columns, limit: columns))"
    }
  }

  private func padded(_ number: Int, limit: Int) -> String {
    let digits = String(number)
    let width = String(max(limit - 1, 0)).count
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
