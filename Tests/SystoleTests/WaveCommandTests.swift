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
      (
        ["value", "a.fst", "control.phas@1"], "a.fst: there is no signal 'control.phas'; did you mean 'control.phase'?"
      ),
      (["show", "a.fst", "--scope", "contrl"], "a.fst: no signal matches 'contrl'; did you mean 'control'?"),
      (["diff", "a.fst", "a.fst", "--clock", "clck"], "a.fst: there is no signal 'clck'; did you mean 'clk'?"),
      (["convert", "a.fst", "b.txt"], "b.txt: traces are written as .vcd, .vcd.gz or .fst"),
    ] {
      let outcome = try systole.run(["wave"] + arguments)
      #expect(outcome.code == 2 && outcome.error == "systole: \(message)\n", "\(outcome.error)")
    }
  }

  private static let counter = """
    $timescale 1ns $end
    $scope module top $end
    $var wire 1 ! clk $end
    $var wire 4 " count [3:0] $end
    $upscope $end
    $enddefinitions $end
    #0
    1!
    b0 "
    #5
    0!
    #10
    1!
    b1 "
    #15
    0!
    #20
    1!
    b10 "
    #25

    """

  @Test func aDifferenceIsExplainedAndDrawn() throws {
    try systole.write(Self.counter, to: "model.vcd")
    try systole.write(
      Self.counter.replacing("b10 ", with: "b11 ").replacing(" top ", with: " bench ").replacing(
        "count", with: "value"),
      to: "rtl.vcd")
    try systole.write("# model rtl\ntop bench\ntop.count bench.value\n", to: "names.txt")
    let byCycle = try systole.run("wave", "diff", "model.vcd", "rtl.vcd", "--clock", "clk", "--map", "names.txt")
    #expect(byCycle.code == 1)
    #expect(
      byCycle.output == """
        top.count: cycle 2, 20 ns: 0x2 in model.vcd, 0x3 in rtl.vcd
        2 signals compared, 1 differ

                                 ▼
        cycle                0 1 2
                             ──┬─┬─
        top.count  model.vcd  0│1│2
                             ──┴─┴─
                             ──┬─┬─
                     rtl.vcd  0│1│3
                             ──┴─┴─

        """, "\(byCycle.output)")
    let byTime = try systole.run("wave", "diff", "model.vcd", "rtl.vcd", "--map", "names.txt")
    #expect(byTime.output.hasPrefix("top.count: 20 ns: 0x2 in model.vcd, 0x3 in rtl.vcd\n"), "\(byTime.output)")
    try systole.write("top.count bench.walue\n", to: "names.txt")
    let wrong = try systole.run("wave", "diff", "model.vcd", "rtl.vcd", "--map", "names.txt")
    #expect(wrong.code == 2 && wrong.error.contains("rtl.vcd: there is no signal 'bench.walue', which 'top.count' is"))
  }

  @Test func standardInputAndTimesAreTaken() throws {
    try systole.write(Self.counter, to: "a.vcd")
    let shown = try systole.run(
      ["wave", "show", "-", "--window", "10ns..30ns", "--scope", "count"], prefix: "cat a.vcd |")
    #expect(
      shown.output == "2 variables, 1ns a tick, from time 10\ncycle 1 2\n      ──┬─\ncount  1│2\n      ──┴─\n",
      "\(shown.output)\(shown.error)")
    // A reader that has seen enough is no error.
    let head = try systole.run(
      ["wave", "signals", "a.vcd"], suffix: "2>&1 | true; echo ${PIPESTATUS[0]}")
    #expect(head.output == "0\n", "\(head.output)")
  }
}
