/// Results of independent pieces of work, in the order of the pieces, `width` of them at a time.
///
/// A simulation is single-threaded; what uses many cores is many simulations. The first error in the order of the pieces is
/// thrown, whichever came first in time; after one, no further piece is begun.
public func sideBySide<Piece: Sendable, Result: Sendable>(
  _ pieces: [Piece], atMost width: Int, _ work: @escaping @Sendable (Piece) throws -> Result
) async throws -> [Result] {
  let results = await withTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
    var results = [Swift.Result<Result, any Error>?](repeating: nil, count: pieces.count)
    var next = 0
    var hasFailed = false
    func addNext() {
      guard next < pieces.count, !hasFailed else { return }
      let (place, piece) = (next, pieces[next])
      next += 1
      group.addTask { (place, Swift.Result { try work(piece) }) }
    }
    for _ in 0..<min(pieces.count, max(1, width)) { addNext() }
    for await (place, result) in group {
      results[place] = result
      if case .failure = result { hasFailed = true }
      addNext()
    }
    return results
  }
  // After a failure later pieces were not begun, but every earlier one was.
  return try results.prefix { $0 != nil }.compactMap { try $0?.get() }
}
