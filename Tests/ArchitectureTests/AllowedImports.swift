/// The arrows of the architecture: an import that is not listed is forbidden. CONTRIBUTING.md shows this table to readers, and
/// a test compares the two.
enum AllowedImports {
  /// A module and the modules of this package that it may import.
  static let table: [(module: String, imports: [String])] = [
    ("Tensors", []),
    ("Codecs", ["Tensors"]),
    ("Files", []),
    ("Configuration", []),
    ("Workloads", ["Tensors"]),
    ("Images", ["Tensors", "Codecs"]),
    ("Mappings", ["Tensors", "Workloads"]),
    ("Signals", []),
    ("Simulation", ["Signals"]),
    ("Compute", ["Tensors", "Codecs", "Signals", "Simulation"]),
    ("Interconnect", ["Signals", "Simulation"]),
    ("Memory", ["Signals", "Simulation", "Codecs"]),
    (
      "Accelerators",
      [
        "Tensors", "Codecs", "Workloads", "Mappings", "Signals", "Simulation", "Compute", "Interconnect", "Memory",
      ]
    ),
    ("WaveFormats", ["Tensors", "Codecs", "Files", "Signals"]),
    ("Tracing", ["Signals", "Simulation", "WaveFormats"]),
    ("MemoryFiles", ["Tensors", "Codecs", "Configuration", "Signals", "Simulation", "Memory", "WaveFormats"]),
    ("Reports", ["Signals", "Workloads", "Mappings"]),
    ("Arguments", ["Configuration", "Files"]),
    (
      "Runs",
      [
        "Tensors", "Codecs", "Files", "Configuration", "Workloads", "Images", "Mappings", "Signals", "Simulation",
        "Compute", "Interconnect", "Memory", "Accelerators", "WaveFormats", "Tracing", "MemoryFiles", "Reports",
        "Arguments",
      ]
    ),
  ]

  /// The command and the benchmarks wire everything.
  static let executables: Set<String> = ["systole", "Benchmarks"]

  /// Modules that hold hardware: they read no file, no clock on the wall, and print nothing.
  static let hardware: Set<String> = [
    "Signals", "Simulation", "Compute", "Interconnect", "Memory", "Accelerators", "Mappings",
  ]

  /// Modules of the toolchain that a file outside hardware may import.
  static let toolchain: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Darwin", "Dispatch", "Synchronization",
  ]
}
