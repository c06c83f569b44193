/// Paths as texts: no file system is asked.
enum FilePath {
  /// A path that stands in `file`, as seen from where `file` is named; absolute paths stay.
  static func resolve(_ path: String, relativeTo file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return normalised(path) }
    return normalised(file[...slash] + path)
  }

  /// Without `.` and empty parts, and without `..` where a name precedes it.
  private static func normalised(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !(part == ".." && parts.isEmpty && path.hasPrefix("/")) {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }
}
