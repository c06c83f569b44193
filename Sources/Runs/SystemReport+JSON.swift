internal import Configuration
internal import Mappings
internal import Reports

extension SystemReports {
  /// Every system, and what its memory makes of it.
  var json: JSONValue { .array(systems.map(\.json)) }
}

extension SystemReport {
  fileprivate var json: JSONValue {
    .object([
      ("array", .string(array)), ("memory", .string(memory)), ("peak_operations_per_second", .number(peak)),
      ("port_bytes_per_second", .number(portBandwidth)),
      ("bus_bytes_per_second", .number(busBandwidth)), ("energy_unit", .string(energyTable.unit)),
      ("energy_source", .string(energyTable.source)), ("layers", .array(layers.map(json))),
    ])
  }

  private func json(_ layer: LayerAccount) -> JSONValue {
    let point = roofline.layers.first { $0.name == layer.name }
    return .object([
      ("layer", .string(layer.name)), ("cycles", .integer(layer.cycles)),
      ("working_cycles", .number(layer.workingCycles)),
      ("waits", .object(layer.waits.map { ("\($0.cause)_cycles", .number($0.cycles)) })),
      ("tensors", .object(layer.tensors.map { ($0.tensor, json($0)) })), ("operations", .integer(layer.operations)),
      ("bound_by", point.map { .string(roofline.bound(of: $0).rawValue) } ?? .null),
      (
        "energy",
        .object(
          StorageLevel.allCases.map { ($0.rawValue, .number(energyTable.energy(layer.accesses, $0))) } + [
            ("mac", .number(energyTable.macEnergy(layer.accesses))),
            ("total", .number(energyTable.total(layer.accesses))),
          ])
      ),
    ])
  }

  private func json(_ tensor: LayerAccount.TensorBytes) -> JSONValue {
    .object([
      ("kind", .string(tensor.kind)), ("useful_bytes", .integer(tensor.useful)),
      ("refetched_bytes", .integer(tensor.refetched)), ("padding_bytes", .integer(tensor.padding)),
      ("moved_bytes", .integer(tensor.moved)),
    ])
  }
}
