// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// A module of the model. What it may import is listed in CONTRIBUTING.md and held by Tests/ArchitectureTests.
func module(_ name: String, _ dependencies: [String] = []) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .byName(name: $0) }, exclude: ["README.md"], swiftSettings: settings,
    // `rounded()` is a call of the C mathematics library where the processor has no instruction for it.
    linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))])
}

/// The tests of one module; `resources` are copied beside them.
func tests(_ name: String, _ dependencies: [String], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies.map { .byName(name: $0) }, resources: resources, swiftSettings: settings)
}

let package = Package(
  name: "systole",
  targets: [
    module("Tensors"),
    module("Codecs", ["Tensors"]),
    module("Files"),
    module("Configuration"),
    module("Arguments", ["Configuration", "Files"]),
    module("Workloads", ["Tensors"]),
    module("Images", ["Tensors", "Codecs"]),
    module("Mappings", ["Tensors", "Workloads"]),
    module("Signals"),
    module("Simulation", ["Signals"]),
    module("Compute", ["Tensors", "Signals", "Simulation"]),
    module("Interconnect", ["Signals", "Simulation"]),
    module("Memory", ["Codecs", "Signals", "Simulation"]),
    module(
      "Accelerators",
      ["Tensors", "Codecs", "Workloads", "Mappings", "Signals", "Simulation", "Compute", "Interconnect", "Memory"]),
    module("WaveFormats", ["Tensors", "Codecs", "Files", "Signals"]),
    module(
      "MemoryFiles", ["Tensors", "Codecs", "Configuration", "Signals", "Simulation", "Memory", "WaveFormats"]),
    module("Tracing", ["Signals", "Simulation", "WaveFormats"]),
    module("Reports", ["Mappings", "Signals", "Workloads"]),
    module(
      "Runs",
      [
        "Accelerators", "Codecs", "Compute", "Configuration", "Files", "Images", "Mappings", "Memory", "MemoryFiles",
        "Reports", "Signals", "Simulation", "Tensors", "Tracing", "WaveFormats", "Workloads",
      ]),
    .executableTarget(
      name: "systole",
      dependencies: [
        "Accelerators", "Arguments", "Configuration", "Files", "Mappings", "Memory", "MemoryFiles", "Reports", "Runs",
        "Signals", "Simulation", "Tensors", "Tracing", "WaveFormats", "Workloads",
      ], swiftSettings: settings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Accelerators", "Compute", "Mappings", "Memory", "Reports", "Signals", "Simulation", "Tensors", "Tracing",
        "WaveFormats", "Workloads",
      ],
      swiftSettings: settings),

    // What several test targets need: tools, Python, mutated files, models made in memory, how many fuzz cases to run.
    .target(
      name: "TestSupport", dependencies: ["Signals", "Simulation", "Tensors", "Workloads"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("ArchitectureTests", []),
    tests("SimulationTests", ["Simulation", "Signals", "TestSupport"]),
    tests("TensorsTests", ["Tensors", "TestSupport"]),
    tests("CodecsTests", ["Codecs", "Tensors", "TestSupport"]),
    tests("FilesTests", ["Files"]),
    tests("ConfigurationTests", ["Configuration", "TestSupport"]),
    tests("ArgumentsTests", ["Arguments", "Configuration"]),
    tests(
      "RunsTests",
      ["Runs", "Accelerators", "Compute", "Configuration", "Mappings", "Tensors", "TestSupport", "Workloads"]),
    tests("SystoleTests", ["systole", "Benchmarks", "Tensors", "TestSupport", "WaveFormats"]),
    tests("WorkloadsTests", ["Tensors", "TestSupport", "Workloads"], resources: [.copy("Fixtures")]),
    tests("ImagesTests", ["Images", "Codecs", "Tensors", "TestSupport"], resources: [.copy("Fixtures")]),
    tests(
      "MemoryTests",
      ["Memory", "MemoryFiles", "Codecs", "Simulation", "Signals", "Tensors", "WaveFormats", "TestSupport"],
      resources: [.copy("Fixtures")]),
    tests(
      "AcceleratorsTests",
      [
        "Accelerators", "Tensors", "Codecs", "Workloads", "Mappings", "Memory", "Simulation", "Signals", "Compute",
        "Interconnect", "Runs", "Tracing", "WaveFormats", "TestSupport",
      ]),
    tests("WaveFormatsTests", ["WaveFormats", "Signals", "TestSupport"], resources: [.copy("Fixtures")]),
    tests("TracingTests", ["Tracing", "WaveFormats", "Signals", "Simulation"]),
    tests("MappingsTests", ["Mappings", "Workloads"]),
    tests("ReportsTests", ["Mappings", "Reports", "TestSupport", "Workloads"]),
  ]
)
