import Foundation

/// The package's sources as text, found from where this file lies.
enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A Swift file of the package.
  struct File: Sendable, CustomStringConvertible {
    /// Path from the package's root.
    let path: String
    /// Module, or test target.
    let module: String
    let lines: [String]

    var description: String { path }

    /// Modules that the file imports, in order.
    var imports: [String] { lines.compactMap(importedModule) }

    /// Lines without comments and without the text of string literals, as far as one line tells.
    var codeLines: [String] { lines.map(withoutCommentAndText) }
  }

  /// Swift files below a directory of the package, in order of their paths.
  static func files(_ directory: String) throws -> [File] {
    let top = root.appending(path: directory)
    let all = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    return try all.filter { $0.pathExtension == "swift" }.map { url in
      let path = String(url.path.dropFirst(root.path.count + 1))
      let text = try String(contentsOf: url, encoding: .utf8)
      return File(
        path: path, module: String(path.split(separator: "/")[1]),
        lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
    .sorted { $0.path < $1.path }
  }

  /// Text of a file of the package; empty if there is none.
  static func text(_ path: String) -> String {
    (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
  }

  /// The module named by an import declaration, whatever stands before `import` (`public`, `@testable`) or behind it (`struct`).
  static func importedModule(_ line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard let position = words.firstIndex(of: "import"), words[..<position].allSatisfy(isImportModifier) else {
      return nil
    }
    let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let name = words[(position + 1)...].first { !kinds.contains($0) }
    return name.map { String($0.prefix { $0 != "." }) }
  }

  private static func isImportModifier(_ word: String) -> Bool {
    word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
  }

  /// A line up to its comment, its string literals emptied.
  static func withoutCommentAndText(_ line: String) -> String {
    var code = ""
    var isInText = false
    var previous: Character = " "
    for character in line {
      if character == "\"" && previous != "\\" {
        isInText.toggle()
        code.append(character)
      } else if !isInText {
        if character == "/" && previous == "/" { return String(code.dropLast()) }
        code.append(character)
      }
      previous = character
    }
    return code
  }
}
