/// Which variables of two files are the same: by name, by what a mapping says, and without what tools do to names.
struct WavePairing {
  /// A variable of each file.
  struct Pair: Sendable, Equatable {
    /// Path in the first file.
    let name: String
    let first: Int
    let second: Int
  }

  /// The variables that both have, in the order of the first file.
  private(set) var pairs: [Pair] = []
  /// Paths that only the first file has.
  private(set) var onlyInFirst: [String] = []
  /// Paths that only the second file has.
  private(set) var onlyInSecond: [String] = []

  /// Pairs the variables of `first` that match the patterns; an empty list matches all.
  init(
    _ first: any WaveSource, _ second: any WaveSource, patterns: [String], names: [(first: String, second: String)]
  ) throws(WaveError) {
    let paths = (first.hierarchy.variablePaths, second.hierarchy.variablePaths)
    var index = NameIndex(second.hierarchy, paths.1)
    let renaming = try Renaming(names, first, paths.0, second, paths.1)
    var used = Array(repeating: false, count: paths.1.count)
    for variable in first.hierarchy.variables(matching: patterns) {
      let forms = first.hierarchy.nameForms(of: variable, path: paths.0[variable])
      let renamed = renaming.name(ofAny: forms)
      guard let other = index.take(renamed.map { [$0.name] } ?? forms) else {
        if let renamed, renamed.isOwn {
          throw WaveError(
            file: second.path, kind: .usage,
            "there is no signal '\(renamed.name)', which '\(paths.0[variable])' is mapped to")
        }
        onlyInFirst.append(paths.0[variable])
        continue
      }
      used[other] = true
      pairs.append(Pair(name: paths.0[variable], first: variable, second: other))
    }
    if patterns.isEmpty { onlyInSecond = paths.1.indices.filter { !used[$0] }.map { paths.1[$0] } }
    guard !pairs.isEmpty || paths.0.isEmpty && paths.1.isEmpty else {
      let what = patterns.isEmpty ? "no signal" : "no signal that matches \(patterns.joined(separator: ", "))"
      throw WaveError(file: first.path, kind: .usage, "\(what) is also in \(second.path); a mapping file pairs names")
    }
  }
}

/// The variables of a file by all that they may be called.
private struct NameIndex {
  private var byName: [String: Int] = [:]
  /// Variables of one scope that are called the same, from the last to the first.
  private var twins: [String: [Int]] = [:]

  init(_ hierarchy: WaveHierarchy, _ paths: [String]) {
    for (index, path) in paths.enumerated() {
      if let known = byName[path], paths[known] == path {
        twins[path] = [index] + (twins[path] ?? [known])
      } else {
        byName[path] = index
      }
    }
    for (index, path) in paths.enumerated() {
      for form in hierarchy.nameForms(of: index, path: path) + [
        Self.plain(path), WaveHierarchy.belowTop(Self.plain(path)),
      ]
      where byName[form] == nil {
        byName[form] = index
      }
    }
  }

  /// The variable of the first name that there is; of twins, each once.
  mutating func take(_ names: [String]) -> Int? {
    for name in names {
      if let left = twins[name], let next = left.last {
        if left.count > 1 { twins[name]?.removeLast() }
        return next
      }
      if let index = byName[name] ?? byName[Self.plain(name)] { return index }
    }
    return nil
  }

  /// A path as a VCD file of this project has it: without what viewers stumble over.
  private static func plain(_ path: String) -> String {
    guard path.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) else { return path }
    return path.split(separator: ".", omittingEmptySubsequences: false).map { VCDHeader.token(String($0)) }
      .joined(separator: ".")
  }
}

/// What the second file calls the variables and scopes of the first.
private struct Renaming {
  private var names: [String: String] = [:]
  private var scopes: [(first: String, second: String)] = []

  init(
    _ pairs: [(first: String, second: String)], _ first: any WaveSource, _ firstPaths: [String],
    _ second: any WaveSource, _ secondPaths: [String]
  ) throws(WaveError) {
    guard !pairs.isEmpty else { return }
    let known = (Self.scopes(of: first.hierarchy), Self.scopes(of: second.hierarchy))
    for pair in pairs {
      if known.0.contains(pair.first), known.1.contains(pair.second) {
        scopes.append((pair.first + ".", pair.second + "."))
      } else if first.hierarchy.variable(named: pair.first) != nil {
        names[pair.first] = pair.second
      } else {
        throw WaveError(
          file: first.path, kind: .usage,
          "there is no signal '\(pair.first)', which the mapping calls '\(pair.second)' in \(second.path)")
      }
    }
    scopes.sort { $0.first.utf8.count > $1.first.utf8.count }
  }

  private static func scopes(of hierarchy: WaveHierarchy) -> Set<String> {
    Set(hierarchy.scopePaths.flatMap { [$0, WaveHierarchy.belowTop($0)] })
  }

  /// The second file's name of a variable of the first by what that is called, and whether the mapping names it or only a scope of
  /// it; nil if the mapping does not say.
  func name(ofAny forms: [String]) -> (name: String, isOwn: Bool)? {
    for form in forms {
      if let name = names[form] { return (name, true) }
    }
    for form in forms {
      if let scope = scopes.first(where: { form.hasPrefix($0.first) }) {
        return (scope.second + form.dropFirst(scope.first.count), false)
      }
    }
    return nil
  }
}
