import Compute
import Mappings
import Memory
import Tensors
import Workloads

/// Turns a network into a program: who executes each layer, where its tensors lie, how it is cut.
struct NetworkPlanner<Spec: NetworkSpec> {
  typealias Program = NetworkProgram<Spec.Model.ArrayLayer>

  let network: Network
  let spec: Spec
  private var places: ActivationPlaces
  private var addresses: [Int]
  private var constants: ConstantPlaces

  private init(_ network: Network, on spec: Spec) {
    self.network = network
    self.spec = spec
    places = ActivationPlaces(network)
    addresses = [Int](repeating: 0, count: network.activations.count)
    constants = ConstantPlaces(from: 0, alignment: spec.memory.portBytes)
  }

  /// Plans a network; throws what the machine throws where a layer does not fit it, `PlacementError` where the tensors do not
  /// fit its memory.
  static func plan(_ network: Network, on spec: Spec) throws -> Program {
    var planner = NetworkPlanner(network, on: spec)
    let inPlace = planner.shareBytes()
    planner.constants = ConstantPlaces(from: planner.allocate(), alignment: spec.memory.portBytes)
    var executions: [Program.Execution] = []
    for (index, layer) in network.layers.enumerated() {
      executions.append(try planner.execution(of: layer, inPlace: inPlace[index]))
    }
    let memoryBytes = planner.constants.end
    guard memoryBytes <= spec.memory.capacityBytes else {
      throw PlacementError(
        layer: "\(network.graph.file), all layers", neededBytes: memoryBytes, memory: spec.memory)
    }
    return Program(
      network: network, executions: executions, addresses: planner.addresses,
      constants: planner.constants.constants, memoryBytes: memoryBytes)
  }
}

// MARK: - Places

extension NetworkPlanner {
  /// Lets activations share bytes; for each layer, which of its operands lie right already.
  private mutating func shareBytes() -> [[Bool]] {
    network.layers.map { layer in
      switch layer.operation {
      case .reshape:
        return [places.lay(layer.output, into: layer.inputs[0], at: 0)]
      case .transpose(let order):
        let input = network.activations[layer.inputs[0]]
        let moves = Transposition(input.shape, order: order, elementBytes: input.elementType.byteCount)
        return [moves.isIdentity && places.lay(layer.output, into: layer.inputs[0], at: 0)]
      case .concatenation(let axis, let rescales):
        let outer = network.activations[layer.output].shape.dimensions.prefix(axis).reduce(1, *)
        var offset = 0
        return zip(layer.inputs, rescales).map { input, rescale in
          defer { offset += places.bytes[input] }
          return outer == 1 && rescale == nil && places.lay(input, into: layer.output, at: offset)
        }
      default: return [false]
      }
    }
  }

  /// Gives every activation an address; returns the bytes of memory that they need.
  private mutating func allocate() -> Int {
    var allocator = ActivationAllocator(from: 0, alignment: spec.memory.portBytes)
    let owners = network.activations.indices.map { places.owner(of: $0) }
    let (made, used) = lifetimes(owners.map(\.activation))
    var ownerAddresses = [Int](repeating: 0, count: owners.count)
    for time in -1..<network.layers.count {
      for owner in owners.indices where made[owner] == time {
        ownerAddresses[owner] = allocator.allocate(places.bytes[owner])
      }
      for owner in owners.indices where made[owner] <= time && used[owner] == time {
        allocator.release(ownerAddresses[owner], places.bytes[owner])
      }
    }
    for activation in addresses.indices {
      addresses[activation] = ownerAddresses[owners[activation].activation] + owners[activation].offset
    }
    return allocator.end
  }

  /// For each owner the layer that first writes its bytes (-1: the host) and the last that needs them; `.max` where none does
  /// or the network yields them.
  private func lifetimes(_ owners: [Int]) -> (made: [Int], used: [Int]) {
    var made = [Int](repeating: .max, count: owners.count)
    var used = [Int](repeating: -1, count: owners.count)
    for (activation, owner) in owners.enumerated() {
      let time = network.activations[activation].producer ?? -1
      made[owner] = min(made[owner], time)
      used[owner] = max(used[owner], time)
    }
    for (time, layer) in network.layers.enumerated() {
      for input in layer.inputs { used[owners[input]] = max(used[owners[input]], time) }
    }
    for output in network.outputs { used[owners[output]] = .max }
    return (made, used)
  }
}

// MARK: - Executions

extension NetworkPlanner {
  /// Why a layer stays with the golden model; nil if the machine executes it.
  private func reasonAgainst(_ layer: Network.Layer) -> String? {
    let types = (layer.inputs + [layer.output]).map { network.activations[$0].elementType }
    let areBytes = types.allSatisfy { $0 == .int8 || $0 == .uint8 }
    switch layer.operation {
    case .convolution(let operation):
      if Set(operation.filterZeroPoints).count > 1 { return "its filters have several zero points" }
      return spec.reasonAgainst(operation)
    case .pooling, .addition, .table: return areBytes ? nil : "the vector unit takes bytes, not \(types[0].rawValue)"
    case .concatenation, .reshape, .transpose: return nil
    case .realConvolution: return "no array for float32"
    case .softmax: return "no hardware for Softmax"
    case .golden:
      let operators = layer.nodes.map { network.graph.nodes[$0].definition.operatorName }
      let named = operators.filter { $0 != "DequantizeLinear" && $0 != "QuantizeLinear" }
      return "no hardware for " + (named.isEmpty ? operators : named).joined(separator: ", ")
    }
  }

  private mutating func execution(of layer: Network.Layer, inPlace: [Bool]) throws -> Program.Execution {
    if let reason = reasonAgainst(layer) { return .golden(reason: reason) }
    guard network.activations[layer.output].shape.count > 0 else { return .inPlace }
    let planner = VectorLayerPlanner(name: layer.name, spec: spec)
    let inputs = layer.inputs.map { addresses[$0] }
    let output = addresses[layer.output]
    let isSigned = network.activations[layer.inputs[0]].elementType == .int8
    let bytes = places.bytes[layer.output]
    switch layer.operation {
    case .convolution(let operation):
      return .machine([.array(try convolution(operation, layer))])
    case .pooling(let operation):
      return .machine([.vector(try planner.pooling(operation, isSigned: isSigned, input: inputs[0], output: output))])
    case .addition(let addition):
      return .machine([
        .vector(
          try planner.elementwise(
            .addition(addition), bytes: bytes, isSigned: isSigned, inputs: inputs, output: output))
      ])
    case .table(let table):
      let load = Transfer(
        memoryAddress: constants.place(VectorParameters.bytes(ofTable: table.results)),
        runBytes: VectorParameters.tableBytes, bufferAddress: 0, tile: 0)
      return .machine([
        .vector(
          try planner.elementwise(
            .table, bytes: bytes, isSigned: isSigned, inputs: inputs, output: output, parameters: load))
      ])
    case .reshape where !inPlace[0]:
      return .machine([
        .vector(
          try planner.elementwise(
            .move(VectorRescaling()), bytes: bytes, isSigned: isSigned, inputs: inputs, output: output))
      ])
    case .transpose(let order) where !inPlace[0]: return .machine([try transpose(order, layer, planner)])
    case .concatenation(let axis, let rescales):
      let commands = try concatenation(axis, rescales, layer, inPlace, planner)
      return commands.isEmpty ? .inPlace : .machine(commands)
    default: return .inPlace
    }
  }

  private mutating func convolution(
    _ operation: QuantisedConvolution, _ layer: Network.Layer
  ) throws -> Spec.Model.ArrayLayer {
    let convolution = PlacedConvolution(
      layer: try operation.layer.with(name: layer.name), operation: operation,
      ifmapIsSigned: network.activations[layer.inputs[0]].elementType == .int8,
      ifmapAddress: addresses[layer.inputs[0]], ofmapAddress: addresses[layer.output])
    try spec.vector.checkParameters(of: convolution.layer)
    return try spec.arrayLayer(convolution, constants: &constants)
  }

  private func transpose(
    _ order: [Int], _ layer: Network.Layer, _ planner: VectorLayerPlanner
  ) throws(ScheduleError) -> Program.Command {
    let input = network.activations[layer.inputs[0]]
    let moves = Transposition(input.shape, order: order, elementBytes: input.elementType.byteCount)
    let (from, to) = (addresses[layer.inputs[0]], addresses[layer.output])
    if moves.isIdentity {
      return .vector(
        try planner.elementwise(
          .move(VectorRescaling()), bytes: places.bytes[layer.output], isSigned: false, inputs: [from], output: to))
    }
    return .vector(try planner.transposition(moves, input: from, output: to))
  }

  /// One command for each operand that does not lie in the result already.
  private func concatenation(
    _ axis: Int, _ rescales: [Requantisation?], _ layer: Network.Layer, _ inPlace: [Bool],
    _ planner: VectorLayerPlanner
  ) throws(ScheduleError) -> [Program.Command] {
    let result = network.activations[layer.output]
    let rows = result.shape.dimensions.prefix(axis).reduce(1, *)
    let pitch = places.bytes[layer.output] / rows
    var commands: [Program.Command] = []
    var offset = 0
    for (position, input) in layer.inputs.enumerated() {
      let operand = network.activations[input]
      let rowBytes = places.bytes[input] / rows
      defer { offset += rowBytes }
      if inPlace[position] || rowBytes == 0 { continue }
      let rescaling = VectorRescaling(
        inputZeroPoint: operand.quantisation?.zeroPoints.first ?? 0, requantisation: rescales[position])
      commands.append(
        .vector(
          try planner.rows(
            .move(rescaling), count: rows, rowBytes: rowBytes, isSigned: operand.elementType == .int8,
            input: addresses[input], output: addresses[layer.output] + offset, outputPitch: pitch)))
    }
    return commands
  }
}
