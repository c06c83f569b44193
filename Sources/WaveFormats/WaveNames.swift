import Signals

/// Finds variables by what a user calls them.
extension WaveHierarchy {
  /// Positions of the variables whose path matches one of the patterns, with or without the top scope, with or without range.
  ///
  /// An empty list matches all.
  public func variables(matching patterns: [String]) -> [Int] {
    let globs = patterns.map(Glob.init)
    guard !globs.isEmpty else { return Array(variables.indices) }
    return variablePaths.enumerated().compactMap { index, path in
      globs.contains { glob in nameForms(of: index, path: path).contains(where: glob.matches) } ? index : nil
    }
  }

  /// Position of the variable of exactly this path, with or without the top scope, with or without range; nil if there is none.
  public func variable(named name: String) -> Int? {
    var best: (rank: Int, index: Int)?
    for (index, path) in variablePaths.enumerated() {
      guard let rank = nameForms(of: index, path: path).firstIndex(of: name), rank < best?.rank ?? .max else {
        continue
      }
      if rank == 0 { return index }
      best = (rank, index)
    }
    return best?.index ?? variables.indices.first { facilityName(ofVariable: $0) == name }
  }

  /// What a variable may be called, the whole path first.
  func nameForms(of variable: Int, path: String) -> [String] {
    var forms = [path]
    let below = Self.belowTop(path)
    if below.utf8.count < path.utf8.count { forms.append(below) }
    guard variables[variable].range != nil, path.hasSuffix("]"), let open = path.lastIndex(of: "[") else {
      return forms
    }
    let bare = String(path[..<open])
    forms.append(bare)
    let belowBare = Self.belowTop(bare)
    if belowBare.utf8.count < bare.utf8.count { forms.append(belowBare) }
    return forms
  }

  /// The clock that a file most likely has: a 1-bit variable `clk...`, `clock...` or `aclk...`, the highest in the tree.
  public var likelyClock: Int? {
    let candidates = variables.indices.filter { index in
      signals[variables[index].signal] == .bits(1)
        && ["clk", "clock", "aclk"].contains { variables[index].name.lowercased().hasPrefix($0) }
    }
    return candidates.min { depth(ofVariable: $0) < depth(ofVariable: $1) }
  }

  private func depth(ofVariable variable: Int) -> Int {
    var depth = 0
    var scope = variables[variable].scope
    while let inner = scope {
      depth += 1
      scope = scopes[inner].parent
    }
    return depth
  }

  /// A path without its top scope.
  static func belowTop(_ path: String) -> String {
    path.firstIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
