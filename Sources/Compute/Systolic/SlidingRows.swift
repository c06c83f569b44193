/// Registers of which each row hands its words to the row below in every step, while new words enter the top row.
///
/// The words stay where they are: what moves is the window that says which of them the registers hold. It moves one row up
/// in a store of twice its size, and back to the store's end once it has come to the start.
struct SlidingRows<Word: BitwiseCopyable & Sendable & Codable>: Sendable, Codable {
  /// Words of a row.
  let columns: Int
  /// Words of all rows.
  let count: Int
  /// The words: the registers', behind them those that have left, before them those to come.
  var store: [Word]
  private var start: Int

  init(repeating word: Word, count: Int, columns: Int) {
    precondition(columns > 0 && count >= columns && count % columns == 0, "registers stand in whole rows")
    self.columns = columns
    self.count = count
    store = [Word](repeating: word, count: 2 * count)
    start = count
  }

  /// Where the registers lie in the store.
  var registers: Range<Int> { start..<start &+ count }

  /// Where they lie behind the next clock edge.
  var nextRegisters: Range<Int> { start &- columns..<start &- columns &+ count }

  /// Where the bottom row lies.
  var bottomRow: Range<Int> { start &+ count &- columns..<start &+ count }

  /// Puts words before the window: behind the next clock edge they are the top row.
  mutating func enter(_ row: Span<Word>) {
    precondition(row.count == columns, "a row of registers has one width")
    let (first, columns) = (start &- columns, columns)
    var store = store.mutableSpan
    for column in 0..<columns { unsafe store[unchecked: first &+ column] = row[unchecked: column] }
  }

  /// Lets one word enter every column.
  mutating func enter(_ word: Word) {
    let (first, columns) = (start &- columns, columns)
    var store = store.mutableSpan
    for column in 0..<columns { unsafe store[unchecked: first &+ column] = word }
  }

  /// The clock edge: every row moves down.
  mutating func moveDown() {
    start &-= columns
    guard start < columns else { return }
    let (first, end, count) = (start, store.count &- count, count)
    var store = store.mutableSpan
    for index in 0..<count { unsafe store[unchecked: end &+ index] = store[unchecked: first &+ index] }
    start = end
  }
}
