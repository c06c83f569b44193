import Foundation
import Testing

@Suite("Files and pages")
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
}
