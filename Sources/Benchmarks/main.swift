// What the model's speed is, on this machine: `swift run -c release Benchmarks [--quick] [section ...]`.

import Reports

let sections: [(name: String, run: (Bool) throws -> [Measurement])] = [
  ("arrays", SystolicBenchmark.arrays),
  ("alexnet", SystolicBenchmark.alexNet32),
  ("row-stationary", RowStationaryBenchmark.alexNet),
  ("dram", DRAMSpeed.measure),
]

let arguments = CommandLine.arguments.dropFirst()
let isQuick = arguments.contains("--quick")
let wanted = arguments.filter { !$0.hasPrefix("--") }
if let unknown = wanted.first(where: { name in !sections.contains { $0.name == name } }) {
  print("no section is called \(unknown); there are: \(sections.map(\.name).joined(separator: ", "))")
} else {
  let measurements = try sections.filter { wanted.isEmpty || wanted.contains($0.name) }.flatMap { try $0.run(isQuick) }
  print(table(measurements).text)
}
