// What the model's speed is, on this machine: `swift run -c release Benchmarks [--quick] [section ...]`.

import Reports

let sections: [(name: String, run: (Bool) throws -> [Measurement])] = [
  ("arrays", SystolicBenchmark.arrays),
  ("alexnet", SystolicBenchmark.alexNet32),
  ("memory", MemoryBenchmark.alexNet),
  ("trace-cost", TraceCost.measure),
  ("trace", TraceBenchmark.measure),
  ("networks", NetworkBenchmark.networks),
  ("row-stationary", RowStationaryBenchmark.alexNet),
  ("dram", DRAMSpeed.measure),
]

let arguments = CommandLine.arguments.dropFirst()
let isQuick = arguments.contains("--quick")
let wanted = arguments.filter { !$0.hasPrefix("--") }
if let unknown = wanted.first(where: { name in !sections.contains { $0.name == name } }) {
  print("no section is called \(unknown); there are: \(sections.map(\.name).joined(separator: ", "))")
} else {
  var measurements: [Measurement] = []
  for section in sections where wanted.isEmpty || wanted.contains(section.name) {
    measurements += try section.run(isQuick)
  }
  if wanted.isEmpty || wanted.contains("networks") {
    measurements += try await NetworkBenchmark.sideBySide(count: isQuick ? 10 : 100)
  }
  print(table(measurements).text)
}
