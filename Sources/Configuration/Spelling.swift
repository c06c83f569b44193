/// Finds the word that a misspelt one most likely meant.
public enum Spelling {
  /// Edits from one word to another: insert, delete, replace, or swap two neighbours; the case of letters is free.
  ///
  /// The optimal string alignment distance (Damerau 1964; no substring is edited twice).
  static func between(_ left: String, _ right: String) -> Int {
    let left = Array(left.lowercased().unicodeScalars)
    let right = Array(right.lowercased().unicodeScalars)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, scalar) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (scalar == other ? 0 : 1))
        if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }

  /// The nearest of some words, the first of equals, if it is near enough to be a slip: a third of the letters, 1 at
  /// least.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    // Longer words are no slips, and the distance takes time that grows with their length.
    guard word.unicodeScalars.count <= 64 else { return nil }
    let limit = max(1, word.unicodeScalars.count / 3)
    let ranked = candidates.map { (distance: between(word, $0), word: $0) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
    return best.word
  }
}

extension ConfigurationSchema {
  /// What to say about an unknown name in a group: the sibling it resembles, where else the name exists, or what there
  /// is.
  func suggestion(for name: String, in node: Node) -> String {
    let prefix = node.path.isEmpty ? "" : node.path + "."
    if let sibling = Spelling.nearest(to: name, among: node.children.map(\.name)) {
      return "did you mean '\(prefix)\(sibling)'?"
    }
    if let elsewhere = keys.first(where: { $0.path.split(separator: ".").last.map(String.init) == name }) {
      return "did you mean '\(elsewhere.path)'?"
    }
    let place = node.path.isEmpty ? "the top level" : node.path
    if node.children.isEmpty { return "\(place) has no keys below it" }
    return "\(place) has " + node.children.map(\.name).joined(separator: ", ")
  }
}
