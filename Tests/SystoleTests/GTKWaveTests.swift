import Foundation
import Testing

/// What GTKWave itself shows of a traced run, asked through its Tcl interface on a display that lives in memory.
struct GTKWaveTests {
  let systole: Systole

  init() throws { systole = try Systole() }

  /// Opens `run.gtkw` from another directory, and asks for the names of its rows and for values at instants.
  private func ask(_ questions: [(tick: Int, signal: String)]) throws -> (rows: [String], values: [String]) {
    let lines = questions.map { question in
      "gtkwave::setMarker \(question.tick)\n"
        + "puts $out [gtkwave::getTraceValueAtMarkerFromName {ws_16x16.\(question.signal)}]\n"
    }
    try systole.write(
      "set out [open ../answers.txt w]\nputs $out [gtkwave::getDisplayedSignals]\n\(lines.joined())close $out\n"
        + "gtkwave::/File/Quit\n", to: "ask.tcl")
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.currentDirectoryURL = URL(filePath: systole.scratch.path)
    process.arguments = [
      "-c",
      """
      export HOME=$PWD XDG_RUNTIME_DIR=$PWD GDK_BACKEND=broadway BROADWAY_DISPLAY=:7
      broadwayd --unixsocket "$PWD/http.socket" :7 >display.log 2>&1 & display=$!
      trap 'kill $display' EXIT
      for try in {1..100}; do [ -S broadway8.socket ] && break; sleep 0.1; done
      mkdir elsewhere && cd elsewhere && timeout 60 gtkwave -S ../ask.tcl ../run.gtkw >../viewer.log 2>&1
      """,
    ]
    try process.run()
    process.waitUntilExit()
    let log = ["display.log", "viewer.log"].compactMap { try? systole.text($0) }.joined()
    try #require(systole.names().contains("answers.txt"), "\(log)")
    let answers = try systole.text("answers.txt").split(separator: "\n", omittingEmptySubsequences: false)
    return (answers[0].split(separator: " ").map(String.init), answers[1...].dropLast().map(String.init))
  }

  @Test(arguments: ["run.vcd", "run.fst"]) func valuesAreShownTranslated(name: String) throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-conv1-ws.json5"), "--trace", name, "--trace-scope", "control",
      "--trace-window", "0..400")
    try #require(outcome.code == 0, "\(outcome.error)")
    // A cycle is two ticks of 1 ns. States by name, numbers with their sign, texts as they are.
    let expected: [(tick: Int, signal: String, value: String)] = [
      (0, "control.phase[2:0]", "idle"), (0, "control.hold[2:0]", "filterTile"), (0, "control.vector[31:0]", "-1"),
      (0, "control.enable", "0"), (200, "control.phase[2:0]", "load"), (400, "control.phase[2:0]", "stream"),
      (400, "control.hold[2:0]", "none"), (400, "control.vector[31:0]", "96"), (400, "control.macs[20:0]", "96"),
      (400, "control.layer", "conv1"), (400, "control.enable", "1"), (400, "clk", "1"), (401, "clk", "0"),
    ]
    let (rows, values) = try ask(expected.map { ($0.tick, $0.signal) })
    #expect(rows.first == "ws_16x16.clk" && rows.contains("ws_16x16.control.phase[2:0]") && rows.count == 13)
    #expect(values.count == expected.count)
    for (answer, value) in zip(expected, values) {
      #expect(value == answer.value, "\(name): \(answer.signal) at tick \(answer.tick)")
    }
  }
}
