import Signals

@testable import WaveFormats

/// A view of the sample machine with every kind of row.
func sampleView() -> WaveView {
  func row(_ block: Int, _ column: Int, _ element: Int = 0, style: WaveStyle = .automatic, height: Int = 1) -> WaveItem
  {
    .row(WaveRow(SignalHandle(block: block, column: column, element: element), style: style, height: height))
  }
  return WaveView(
    items: [
      .row(WaveRow(target: .clock(0))),
      .group(
        "Control", isOpen: true,
        [
          .row(WaveRow(SignalHandle(block: 0, column: 0, element: 0), label: "phase now", colour: .orange)),
          row(0, 1), row(0, 2, style: .analog, height: 3), row(0, 3), row(0, 4),
        ]),
      .comment("the array"), .blank,
      .group("Utilisation", isOpen: true, [row(1, 0), row(1, 0, style: .analog, height: 4)]),
      .group("PE row 1", isOpen: true, (12..<16).flatMap { [row(1, 1, $0), row(1, 2, $0), row(1, 3, $0)] }),
      .group(
        "Memory", isOpen: false,
        [row(2, 0), row(2, 1), row(2, 2), row(2, 3), .row(WaveRow(target: .path("memory.channel_0.port_phase")))]),
    ],
    markers: [
      WaveMarker(time: SimulationTime(femtoseconds: 2_000_000), name: "first fold"),
      WaveMarker(time: SimulationTime(femtoseconds: 30_000_000), name: "drain"),
    ],
    comments: ["made by a test"], window: .zero...SimulationTime(femtoseconds: 40_000_000),
    labelColours: ["mac": "dark green"], openScopes: ["control"])
}
