import Foundation
import Testing

@Suite("Modules import what the architecture allows, and nothing else")
struct ImportTests {
  static let table = Dictionary(uniqueKeysWithValues: AllowedImports.table.map { ($0.module, Set($0.imports)) })

  @Test("Every import of every source file is an arrow of the table")
  func imports() throws {
    let files = try SourceTree.files("Sources")
    #expect(files.count > 100, "the sources were found")
    for file in files where !AllowedImports.executables.contains(file.module) {
      guard let allowed = Self.table[file.module] else {
        Issue.record("\(file.module) is not in AllowedImports.table")
        continue
      }
      for module in file.imports where !allowed.contains(module) {
        #expect(AllowedImports.toolchain.contains(module), "\(file) imports \(module)")
      }
    }
  }

  @Test("The arrows form no circle: a module imports only modules above it in the table")
  func noCircles() {
    var above: Set<String> = []
    for (module, imports) in AllowedImports.table {
      #expect(above.isSuperset(of: imports), "\(module) imports a module below it")
      above.insert(module)
    }
  }

  @Test("Hardware knows no files, no wall clock and no printing")
  func hardware() throws {
    let forbidden = [
      "print(", "debugPrint(", "dump(", "FileHandle", "FileManager", "Date(", "ContinuousClock", "SuspendingClock",
    ]
    for file in try SourceTree.files("Sources") where AllowedImports.hardware.contains(file.module) {
      for module in file.imports { #expect(!AllowedImports.toolchain.contains(module), "\(file) imports \(module)") }
      for (number, code) in file.codeLines.enumerated() {
        for word in forbidden where contains(code, word) {
          Issue.record("\(file):\(number + 1) says \(word)")
        }
      }
    }
  }

  /// Whether code calls `word`, and not something whose name ends with it.
  private func contains(_ code: String, _ word: String) -> Bool {
    guard let range = code.range(of: word) else { return false }
    guard range.lowerBound > code.startIndex else { return true }
    let before = code[code.index(before: range.lowerBound)]
    return !before.isLetter && !before.isNumber && before != "_"
  }

  @Test("CONTRIBUTING.md shows the same table")
  func contributing() {
    let page = SourceTree.text("CONTRIBUTING.md")
    for (module, imports) in AllowedImports.table {
      let row = "| `\(module)` | \(imports.isEmpty ? "-" : imports.map { "`\($0)`" }.joined(separator: " ")) |"
      #expect(page.contains(row), "CONTRIBUTING.md lacks the row \(row)")
    }
  }

  @Test("Import declarations are recognised in all their forms")
  func recognition() {
    #expect(SourceTree.importedModule("public import Signals") == "Signals")
    #expect(SourceTree.importedModule("@testable import Compute") == "Compute")
    #expect(SourceTree.importedModule("internal import struct Foundation.URL") == "Foundation")
    #expect(SourceTree.importedModule("/// what a file may import depends") == nil)
    #expect(SourceTree.importedModule("let important = 1") == nil)
    #expect(SourceTree.withoutCommentAndText("a(\"print(\") // print(") == "a(\"\") ")
  }
}
