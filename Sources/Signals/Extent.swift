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
  /// Lanes of `first`, `first` + 1, `first` + 2, ... registers named `lane_03_stage_05`, lane by lane: skew registers.
  case staircase(lanes: Int, first: Int)

  /// Number of elements.
  public var count: Int {
    switch self {
    case .single: 1
    case .list(_, let count): count
    case .grid(_, let rows, let columns): rows * columns
    case .staircase(let lanes, let first): lanes * first + lanes * (lanes - 1) / 2
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
    case .staircase(let lanes, let first):
      stairScope(element, lanes: lanes, first: first)
    }
  }

  /// The lane and the stage of an element of a staircase.
  public static func stair(_ element: Int, first: Int) -> (lane: Int, stage: Int) {
    var (lane, stage) = (0, element)
    while stage >= first + lane {
      stage -= first + lane
      lane += 1
    }
    return (lane, stage)
  }

  private func stairScope(_ element: Int, lanes: Int, first: Int) -> String {
    let (lane, stage) = Self.stair(element, first: first)
    return "lane_\(padded(lane, limit: lanes))_stage_\(padded(stage, limit: first + lanes - 1))"
  }

  /// Whether an annotation of this element is traced unless more is asked for: of a grid, its first row or column.
  func isShownByDefault(_ element: Int, _ kind: SignalKind) -> Bool {
    guard case .grid(_, _, let columns) = self else { return true }
    switch kind {
    case .register, .wire: return true
    case .annotation: return element < columns
    case .columnAnnotation: return element % columns == 0
    }
  }

  private func padded(_ number: Int, limit: Int) -> String {
    let digits = String(number)
    let width = String(max(limit - 1, 0)).count
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
