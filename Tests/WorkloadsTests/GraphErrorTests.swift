import Tensors
import TestSupport
import Testing

@testable import Workloads

/// What bad models get: the node or tensor by name, what is wrong, and what would be right.
@Suite struct GraphErrorTests {
  private func message(_ builder: ModelBuilder) -> String {
    do throws(NetworkError) {
      _ = try Network(Graph(builder.model))
      return "no error"
    } catch { return error.description }
  }

  private func builder(opset: Int64 = 13) throws -> ModelBuilder {
    var builder = try ModelBuilder(opset: opset)
    builder.input("x", .float32, [1, 2, 4, 4])
    return builder
  }

  @Test func cycles() throws {
    var builder = try builder()
    builder.node("Add", ["x", "c"], ["a"])
    builder.node("Relu", ["a"], ["b"])
    builder.node("Relu", ["b"], ["c"])
    builder.output("c")
    #expect(message(builder) == "built.onnx: node Add a: is on a cycle of 3 nodes: Add a -> Relu b -> Relu c -> Add a")
  }

  @Test func unknownOperatorsAreListed() throws {
    var builder = try builder()
    builder.node("Einsum", ["x"], ["y"])
    builder.output("y")
    #expect(
      message(builder).hasPrefix("built.onnx: node Einsum y: operator Einsum is not supported; supported are Add, "))
    #expect(message(builder).contains("QLinearConv"))
  }

  @Test(arguments: [Int64(5), 26]) func operatorSets(version: Int64) throws {
    var builder = try builder(opset: version)
    builder.node("Relu", ["x"], ["y"])
    builder.output("y")
    #expect(message(builder).contains("imports version \(version) of the default operator set; 6 to 25 are supported"))
  }

  @Test func namesThatNothingMakes() throws {
    var builder = try builder()
    builder.node("Add", ["x", "missing"], ["y"])
    builder.output("y")
    #expect(message(builder) == "built.onnx: node Add y: takes missing, which no node, input or weight is called")
  }

  @Test func namesMadeTwice() throws {
    var builder = try builder()
    builder.node("Relu", ["x"], ["y"])
    builder.node("Tanh", ["x"], ["y"])
    builder.output("y")
    #expect(message(builder) == "built.onnx: node Tanh y: makes y, which node Relu y makes too")
  }

  @Test func openExtents() throws {
    var builder = try ModelBuilder()
    builder.input("x", .float32, [1, 2])
    var info = ONNXValueInfo()
    (info.name, info.typeNumber, info.dimensions) = ("z", 1, [.symbol("batch"), .symbol("width")])
    var model = builder.model
    model.inputs.append(info)
    model.outputs.append(info)
    let error = #expect(throws: NetworkError.self) { try Graph(model) }
    #expect(error?.description.contains("leaves extent width of axis 1 open") == true)
  }

  @Test func notANumber() throws {
    var builder = try builder()
    builder.weight("w", .float32(Tensor([1, 2, 1, 1], [1, .nan])))
    builder.node("Conv", ["x", "w"], ["y"])
    builder.output("y")
    #expect(message(builder) == "built.onnx: tensor w: holds NaN at element 1 of 1x2x1x1")
  }

  @Test func typesThatDoNotMatch() throws {
    var builder = try builder()
    builder.weight("w", .int8(Tensor([1, 2, 1, 1], [1, 2])))
    builder.node("Conv", ["x", "w"], ["y"])
    builder.output("y")
    #expect(message(builder) == "built.onnx: node Conv y: input 1 (w) is int8, not float32 as input 0")
  }

  @Test func windowsThatDoNotFit() throws {
    var builder = try builder()
    builder.weight("w", .float32(Tensor([1, 2, 5, 5], repeating: 1)))
    builder.node("Conv", ["x", "w"], ["y"])
    builder.output("y")
    #expect(message(builder).contains("the dilated window of 5 is 1 larger than the padded input of 4"))
  }

  @Test func groupsThatDoNotDivide() throws {
    var builder = try builder()
    builder.weight("w", .float32(Tensor([3, 1, 1, 1], repeating: 1)))
    builder.node("Conv", ["x", "w"], ["y"], ["group": .integer(2)])
    builder.output("y")
    #expect(message(builder).contains("2 groups do not divide 3 filters"))
  }

  @Test func emptyPlanesAreNotPooled() throws {
    var builder = try ModelBuilder()
    builder.input("x", .float32, [1, 2, 0, 4])
    builder.node("MaxPool", ["x"], ["y"], ["kernel_shape": .integers([3, 3]), "pads": .integers([2, 2, 2, 2])])
    builder.output("y")
    #expect(message(builder).contains("the input 1x2x0x4 has no elements to pool"))
  }

  @Test func subgraphsAreRefused() throws {
    var builder = try builder()
    builder.node("If", ["x"], ["y"], ["then_branch": .unsupported("a subgraph")])
    builder.output("y")
    #expect(message(builder).contains("operator If is not supported"))
  }

  @Test func filesThatAreNot() throws {
    for bytes in [[], [0xFF], Array("not an onnx file".utf8), [UInt8](repeating: 0, count: 64)] as [[UInt8]] {
      let error = #expect(throws: NetworkError.self) { try ONNXModel(bytes: bytes, file: "x.onnx") }
      #expect(error?.kind == .malformed)
    }
    let missing = #expect(throws: NetworkError.self) { try Graph(path: "/nowhere/model.onnx") }
    #expect(missing?.description.hasPrefix("/nowhere/model.onnx: cannot be read") == true)
  }

  @Test func externalDataIsRefused() throws {
    // dims 1, data_type FLOAT, name "w", data_location EXTERNAL.
    let bytes: [UInt8] = [8, 1, 0x10, 1, 0x42, 1, 0x77, 0x70, 1]
    let error = #expect(throws: NetworkError.self) { try ONNXTensor(bytes: bytes, file: "w.pb") }
    #expect(error?.description.contains("tensor w: keeps its data in an external file") == true)
    #expect(error?.kind == .unsupported)
  }

  @Test func hugeExtentsBesideAnEmptyOne() throws {
    // dims 2^62, 2^62, 0, data_type FLOAT.
    let huge: [UInt8] = [8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
    let error = #expect(throws: NetworkError.self) {
      try ONNXTensor(bytes: huge + huge + [8, 0, 0x10, 1], file: "w.pb")
    }
    #expect(error?.description.contains("more than 2^40 elements") == true)
  }

  @Test func inputsOfTheWrongSize() throws {
    let network = try GoldenNetwork(Network(path: Fixture.path("mnist/lenet5_f32.onnx")))
    let image = AnyTensor.float32(Tensor([1, 1, 32, 32], repeating: 0))
    let error = #expect(throws: NetworkError.self) { try network.run(["input_0": image]) }
    #expect(error?.description.contains("tensor input_0: is given as 1x1x32x32, the network takes 1x1x28x28") == true)
    #expect(throws: NetworkError.self) { try network.run([:]) }
  }
}
