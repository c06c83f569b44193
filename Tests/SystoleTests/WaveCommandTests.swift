import Foundation
import Testing

/// `systole wave` on a real trace, as a user calls it.
struct WaveCommandTests {
  let systole: Systole

  init() throws {
    systole = try Systole()
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-conv1-ws.json5"), "--trace", "a.fst", "--trace-scope", "control",
      "--trace-window", "0..200")
    try #require(outcome.code == 0, "\(outcome.error)")
  }

  @Test func everyActionAnswers() throws {
    let info = try systole.run("wave", "info", "a.fst")
    #expect(info.code == 0 && info.output.contains("clock      ws_16x16.clk\n"), "\(info.output)")
    let signals = try systole.run("wave", "signals", "a.fst", "--scope", "control.phase")
    #expect(signals.output == "ws_16x16.control.phase wire 3 array_phase_t\n")
    let value = try systole.run("wave", "value", "a.fst", "control.phase@0", "control.phase@0ns", "clk@2ns")
    #expect(value.output == "control.phase@0 = idle\ncontrol.phase@0ns = idle\nclk@2ns = 1\n", "\(value.output)")
    let show = try systole.run("wave", "show", "a.fst", "--scope", "control.phase", "--window", "0..3")
    #expect(show.output.contains("phase") && show.output.contains("idle"))
    let statistics = try systole.run("wave", "stats", "a.fst", "--scope", "clk")
    #expect(
      statistics.output.hasPrefix("signal changes bit_toggles duty_percent\nws_16x16.clk 401 401 "),
      "\(statistics.output)")
    #expect(try systole.run("wave", "check", "a.fst").code == 0)
  }

  @Test func convertedFilesAreTheSame() throws {
    #expect(try systole.run("wave", "convert", "a.fst", "b.vcd").code == 0)
    let same = try systole.run("wave", "diff", "a.fst", "b.vcd")
    #expect(same.code == 0 && same.output == "13 signals compared, 0 differ\n", "\(same.output)")
    let clocked = try systole.run("wave", "diff", "a.fst", "b.vcd", "--clock", "clk")
    #expect(clocked.code == 0)
    try systole.write(try systole.text("b.vcd").replacing("#100\n", with: "#100\nb1111111 %\n"), to: "c.vcd")
    #expect(try systole.run("wave", "diff", "a.fst", "c.vcd").code == 1)
  }

  @Test func mistakesAreExplained() throws {
    for (arguments, message) in [
      (["look", "a.fst"], "'look' is no action; there are info, signals, show, value, stats, convert, check and diff"),
      (["info", "none.fst"], "none.fst: cannot be opened: No such file or directory"),
      (["diff", "a.fst"], "wave diff needs a second file"),
      (["value", "a.fst", "control.phase@999"], "a.fst: there is no cycle 999; the last is 200"),
      (["convert", "a.fst", "b.txt"], "b.txt: traces are written as .vcd, .vcd.gz or .fst"),
    ] {
      let outcome = try systole.run(["wave"] + arguments)
      #expect(outcome.code == 2 && outcome.error == "systole: \(message)\n", "\(outcome.error)")
    }
  }
}
