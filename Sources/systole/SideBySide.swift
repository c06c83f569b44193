import Foundation

/// Results of independent pieces of work, in the order of the pieces, as many at a time as there are cores.
///
/// The first error in the order of the pieces is thrown, whichever came first in time.
func sideBySide<First: Sendable, Second: Sendable, Result: Sendable>(
  _ pieces: [(First, Second)], atMost limit: Int?, _ work: @escaping @Sendable (First, Second) throws -> Result
) async throws -> [Result] {
  let width = min(pieces.count, limit ?? ProcessInfo.processInfo.activeProcessorCount)
  let results = await withTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
    var results = [Swift.Result<Result, any Error>?](repeating: nil, count: pieces.count)
    var next = 0
    var hasFailed = false
    func addNext() {
      guard next < pieces.count, !hasFailed else { return }
      let (place, piece) = (next, pieces[next])
      next += 1
      group.addTask { (place, Swift.Result { try work(piece.0, piece.1) }) }
    }
    for _ in 0..<width { addNext() }
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
