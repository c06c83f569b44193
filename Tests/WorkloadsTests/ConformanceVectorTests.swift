import Foundation
import Tensors
import Testing

@testable import Workloads

/// ONNX's own conformance vectors: integers and booleans bit for bit, floats within the ONNX backend test's tolerance.
@Suite struct ConformanceVectorTests {
  struct Vector: CustomTestStringConvertible, Sendable {
    var operatorName: String
    var path: String
    var testDescription: String { path }
  }

  static let vectors: [Vector] = {
    let manifest = (try? Fixture.text("onnx-vectors/MANIFEST.csv")) ?? ""
    return manifest.split(whereSeparator: \.isNewline).dropFirst().map { line in
      let columns = line.split(separator: ",", omittingEmptySubsequences: false)
      return Vector(operatorName: String(columns[0]), path: "onnx-vectors/\(columns[1])")
    }
  }()

  @Test func everyManifestLineIsRun() {
    #expect(Self.vectors.count == 173)
  }

  @Test(arguments: vectors) func outputsEqualTheStandards(vector: Vector) throws {
    let model = try ONNXModel(path: Fixture.path("\(vector.path)/model.onnx"))
    var inputs: [String: AnyTensor] = [:]
    var shapes: [String: AnyTensor] = [:]
    let weights = Set(model.initializers.map(\.name))
    for (index, info) in model.inputs.filter({ !weights.contains($0.name) }).enumerated() {
      let tensor = try tensor(vector, "input", index)
      // Shapes, axes and pads: data in these vectors, constants in any network.
      if tensor.elementType == .int64 { shapes[info.name] = tensor } else { inputs[info.name] = tensor }
    }
    let graph = try Graph(model, bound: shapes)
    let values = try GoldenGraph(graph).run(inputs)
    for (index, output) in values.outputs.enumerated() {
      let expected = try tensor(vector, "output", index)
      #expect(output.shape == expected.shape)
      #expect(output.elementType == expected.elementType)
      #expect(difference(output, expected) == nil)
    }
  }

  private func tensor(_ vector: Vector, _ kind: String, _ index: Int) throws -> AnyTensor {
    try ONNXTensor(path: Fixture.path("\(vector.path)/test_data_set_0/\(kind)_\(index).pb")).tensor
  }

  /// The first element that differs by more than rtol 1e-3 and atol 1e-7 (onnx/backend/test/runner), or at all.
  private func difference(_ actual: AnyTensor, _ expected: AnyTensor) -> String? {
    guard let actualFloats = actual.floats, let expectedFloats = expected.floats else {
      return actual == expected ? nil : "\(actual) is not \(expected)"
    }
    for (index, (actual, expected)) in zip(actualFloats, expectedFloats).enumerated() {
      if actual == expected || (actual.isNaN && expected.isNaN) { continue }
      if !(abs(actual - expected) <= 1e-7 + 1e-3 * abs(expected)) {
        return "element \(index): \(actual), not \(expected)"
      }
    }
    return nil
  }
}
