import Foundation
import Testing

/// Memory of the built command against the length of its run.
struct MemoryFlatnessTests {
  /// Runs what follows as a child and says on the standard error how many kilobytes it held at most.
  private static let measured =
    "python3 -c 'import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
    + "print(\"peak\", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)'"

  @Test("The same tensors through 3 PEs instead of 168: many times the cycles in the same memory, to a byte a cycle")
  func rowStationary() throws {
    let (short, shortPeak) = try run("12", "14")
    let (long, longPeak) = try run("3", "1")
    #expect(long > 16 * short && long > 2_000_000, "\(short) and \(long) cycles")
    #expect(
      longPeak - shortPeak < (long - short) / 1024, "\(shortPeak) kB for \(short) cycles, \(longPeak) for \(long)")
    #expect(longPeak < 300 << 10, "\(longPeak) kB")
  }

  /// Cycles, and the most kilobytes, of a layer on an array of so many rows and columns.
  private func run(_ rows: String, _ columns: String) throws -> (cycles: Int, peak: Int) {
    let systole = try Systole()
    try systole.write(
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
        + "conv, 15, 15, 3, 3, 16, 64, 1,\n", to: "layer.csv")
    let outcome = try systole.run(
      [
        "run", "--machine", Systole.file("Examples/machines/eyeriss.json5"), "--topology", "layer.csv", "--batch", "4",
        "--json", "--set", "machine.array.rows=\(rows)", "--set", "machine.array.columns=\(columns)",
      ], prefix: Self.measured)
    try #require(outcome.code == 0, "\(outcome.error)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let layers = try #require(object["layers"] as? [[String: Any]])
    let cycles = try #require(layers.first?["total_cycles"] as? Int)
    let words = outcome.error.split { $0 == " " || $0 == "\n" }
    let label = try #require(words.lastIndex(of: "peak"))
    return (cycles, try #require(Int(words[label + 1])))
  }
}
