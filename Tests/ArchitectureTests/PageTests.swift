import Foundation
import Testing

@Suite("Files, pages and documentation")
struct PageTests {
  @Test("No file reaches 400 lines")
  func lengths() throws {
    for directory in ["Sources", "Tests"] {
      for file in try SourceTree.files(directory) {
        #expect(file.lines.count < 400, "\(file) has \(file.lines.count) lines")
      }
    }
  }

  @Test("Every module has one page that says what it is, what it may import, and its key types", arguments: modules)
  func pages(module: String) {
    let page = SourceTree.text("Sources/\(module)/README.md")
    #expect(page.hasPrefix("# "), "Sources/\(module)/README.md is missing")
    let lower = page.lowercased()
    #expect(
      lower.contains("may import") || lower.contains("imports nothing"), "\(module)'s page says what it may import")
    for imported in ImportTests.table[module] ?? [] where !page.contains("all modules above") {
      #expect(page.contains(imported), "\(module)'s page does not list \(imported)")
    }
    #expect(page.filter { $0 == "`" }.count >= 6, "\(module)'s page names its key types")
  }

  /// Modules that have sources now.
  static let modules: [String] = {
    let present = Set(((try? SourceTree.files("Sources")) ?? []).map(\.module))
    return AllowedImports.table.map(\.module).filter { present.contains($0) }
  }()

  @Test("Every public declaration is documented")
  func documentation() throws {
    for file in try SourceTree.files("Sources") {
      for (number, line) in file.lines.enumerated() where isPublicDeclaration(line) {
        let comment = documentation(above: number, in: file.lines)
        #expect(comment != nil, "\(file):\(number + 1) is not documented: \(line)")
      }
    }
  }

  private func isPublicDeclaration(_ line: String) -> Bool {
    var words = line.split(separator: " ").map(String.init)
    while let first = words.first, first.hasPrefix("@") { words.removeFirst() }
    return words.first == "public" && words.count > 1 && words[1] != "import" && words[1] != "extension"
  }

  /// The first line of the documentation above a declaration, attributes skipped.
  private func documentation(above number: Int, in lines: [String]) -> String? {
    var index = number - 1
    while index >= 0 {
      let line = lines[index].trimmingCharacters(in: .whitespaces)
      if line.hasPrefix("///") { return line }
      guard line.hasPrefix("@") else { return nil }
      index -= 1
    }
    return nil
  }
}
