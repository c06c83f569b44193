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
  .target(name: name, dependencies: dependencies.map { .byName(name: $0) }, swiftSettings: settings)
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
    module("Signals"),
    module("Memory", ["Signals"]),
    .executableTarget(name: "DRAMBench", dependencies: ["Memory"], swiftSettings: settings),
    tests("MemoryTests", ["Memory", "Signals"], resources: [.copy("Fixtures")]),




  ]
)
