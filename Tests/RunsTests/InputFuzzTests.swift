import Configuration
import Tensors
import TestSupport
import Testing
import Workloads

@testable import Runs

/// Damaged files end in an error or in other layers, never in a trap.
struct InputFuzzTests {
  /// The files of a small workload, by their names.
  private let files: [String: [UInt8]]

  init() throws {
    var random = RandomTensors(seed: 1)
    files = [
      "ifmap.npy": NumpyFile.write(.int8(random.int8([1, 2, 5, 5], zeroFraction: 0.5))),
      "filter.npy": NumpyFile.write(.int8(random.int8([3, 2, 3, 3], zeroFraction: 0.5))),
      "bias.npy": NumpyFile.write(.int32(Tensor([3], [1, 2, 3]))),
      "net.csv": Array(
        """
        Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Zeros,
        conv1, 9, 9, 3, 3, 2, 4, 2, 0.5,
        conv2, 4, 4, 1, 1, 4, 2, 1, 0,
        """.utf8),
      "tensors.json5": Array(
        """
        // A comment.
        { machine: { array: { rows: 4, columns: 3 } },
          workload: { ifmap: 'ifmap.npy', filter: "filter.npy", bias: "bias.npy", stride: 2, padding: [1, 0] } }
        """.utf8),
      "topology.json5": Array("{ workload: { topology: 'net.csv', layer: 'conv1', seed: 7, zeros: 0.25 } }".utf8),
    ]
  }

  /// The layers that a configuration asks for, run on a small machine; errors are whatever a user would see.
  private func run(_ files: [String: [UInt8]], _ configuration: String) throws -> Int {
    let inputs = InputFiles(files)
    let configuration = try ConfigurationSchema.run.resolve(file: configuration, overrides: [String]()) {
      guard let bytes = files[$0] else { throw InputError(file: $0, place: .file, kind: .missing, problem: "missing") }
      return bytes
    }
    return try LayerJob.jobs(configuration, files: inputs).count
  }

  @Test func theSeedsThemselvesAreRead() throws {
    #expect(try run(files, "tensors.json5") == 1)
    #expect(try run(files, "topology.json5") == 1)
  }

  @Test(arguments: ["ifmap.npy", "filter.npy", "bias.npy", "tensors.json5", "net.csv", "topology.json5"])
  func damagedFilesAreRefusedOrRead(name: String) throws {
    var random = SplitMix64(seed: UInt64(name.utf8.count))
    let configuration = ["net.csv", "topology.json5"].contains(name) ? "topology.json5" : "tensors.json5"
    let seed = try #require(files[name])
    var refused = 0
    let cases = fuzzCases(500)
    for _ in 0..<cases {
      var damaged = files
      damaged[name] = Mutation.mutate(seed, using: &random)
      do {
        _ = try run(damaged, configuration)
      } catch {
        refused += 1
        #expect(
          error is InputError || error is ConfigurationError || error is LayerError, "\(type(of: error)): \(error)")
        #expect(!"\(error)".isEmpty)
      }
    }
    #expect(refused > cases / 10)
  }

  @Test(arguments: ["ifmap.npy", "filter.npy", "bias.npy", "tensors.json5", "net.csv"])
  func everyPrefixIsRefusedOrRead(name: String) throws {
    let configuration = name == "net.csv" ? "topology.json5" : "tensors.json5"
    let seed = try #require(files[name])
    for length in 0..<seed.count {
      var damaged = files
      damaged[name] = Array(seed.prefix(length))
      if name.hasSuffix("npy") {
        #expect(throws: InputError.self) { try run(damaged, configuration) }
      } else {
        _ = try? run(damaged, configuration)
      }
    }
  }
}
