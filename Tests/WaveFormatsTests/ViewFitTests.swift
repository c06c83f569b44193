import Signals
import Testing

@testable import WaveFormats

@Suite("A view names what the file holds, and few rows of it")
struct ViewFitTests {
  let layout: TraceLayout
  let catalog = SignalCatalog(SampleMachine())

  init() throws {
    layout = try TraceLayout(
      catalog: catalog, selection: catalog.handles(matching: ["array.**"]),
      clocks: [WaveClock(name: "clk", periodNumerator: 2_000_000, periodDenominator: 1)])
  }

  private func rows(_ column: Int, _ count: Int) -> [WaveItem] {
    (0..<count).map { .row(WaveRow(SignalHandle(block: 1, column: column, element: $0 % 36))) }
  }

  private func save(_ view: WaveView) -> [String] {
    ViewFit(layout).layouts(of: view).map { items in
      GTKWaveLayout(layout: layout, waveFile: "a.vcd", saveFile: "a.gtkw").files(for: WaveView(items: items))[0].content
    }
  }

  private func names(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { $0.contains("top.") && !$0.hasPrefix("[") }
  }

  @Test func whatIsNotTracedIsNotNamed() {
    let control = WaveItem.row(WaveRow(SignalHandle(block: 0, column: 0, element: 0)))
    let text = save(WaveView(items: [.section("Control", [control]), .group("PEs", isOpen: true, rows(1, 3))]))[0]
    #expect(!text.contains("Control") && names(text).count == 3)
  }

  @Test func aGroupSaysHowManyRowsItLeavesOutAndWhereTheyAre() {
    let text = save(WaveView(items: [.group("valid", isOpen: false, rows(1, 36))]))[0]
    #expect(names(text).count == ViewFit.mostRowsOfGroup)
    #expect(text.contains("\n-+ 4 rows\n-  append them from the tree: array\n@1401200\n-valid\n"), "\(text)")
  }

  @Test func aViewSaysWhichGroupsItLeavesOut() {
    let groups = (0..<20).map { WaveItem.group("PE row \($0)", isOpen: false, rows(2, 30)) }
    let text = save(WaveView(items: groups))[0]
    // 13 groups of 30, 10 rows of the next.
    #expect(names(text).count == ViewFit.mostRows && text.contains("\n-+ 20 rows\n"))
    #expect(text.contains("\n-+ 180 rows: PE row 14 to PE row 19\n-  append them from the tree: array\n"), "\(text)")
  }

  @Test func fewRowsOpenAtOnce() {
    let view = WaveView(
      items: [.row(WaveRow(target: .clock(0)))],
      detail: [.row(WaveRow(target: .clock(0))), .group("PEs", isOpen: false, rows(1, 8))])
    let texts = save(view)
    #expect(texts.count == 1 && names(texts[0]).count == 9 && texts[0].contains("@800200\n-PEs\n"))
    let larger = WaveView(items: view.items, detail: view.detail + [.group("more", isOpen: false, rows(2, 30))])
    #expect(save(larger).map { names($0).count } == [1, 39])
  }

  /// Surfer refuses a divider of more than one word, and would then give its commands to the wrong rows.
  @Test func surferTakesEveryDivider() {
    let view = WaveView(items: [
      .section("MACs a cycle, of 16 PEs", rows(1, 1)), .group("PE 0, 0", isOpen: true, rows(1, 1)), .blank,
    ])
    let text = SurferLayout(layout: layout, commandFile: "a.sucl").files(for: view)[0].content
    let dividers = text.split(separator: "\n").filter { $0.hasPrefix("divider_add") }
    #expect(dividers == ["divider_add MACs_a_cycle_of_16_PEs", "divider_add PE_0_0", "divider_add "])
    #expect(text.contains("item_focus b\n") && text.contains("item_focus d\n"))
  }
}
