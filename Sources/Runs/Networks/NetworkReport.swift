internal import Accelerators
internal import Compute
internal import Configuration
public import Mappings
internal import Memory
public import Reports
internal import Signals
internal import Simulation
internal import Tensors
internal import Workloads

/// The results of a network's runs, as tables, text and JSON.
public struct NetworkReport: Sendable {
  /// One result a machine.
  public let results: [NetworkResults]
  /// Machines against their memories, of the first run.
  public let systems: SystemReports

  /// A report of these results.
  public init(_ results: [NetworkResults], energyTable: EnergyTable = .relative) {
    self.results = results
    systems = SystemReports(results, energyTable: energyTable)
  }

  /// Whether every layer of every run has the right bits, and every deadline was met.
  public var isRight: Bool { results.allSatisfy { $0.isExact && ($0.slackMilliseconds ?? 0) >= 0 } }

  /// All tables, as people read them.
  public var text: String {
    let images = results.first.map { $0.job.imageCount <= 20 } ?? false ? images.text + "\n" : ""
    return images + layers.text + "\n" + systems.text + "\n" + results.map(Self.summary).joined(separator: "\n")
  }

  /// A page with all tables and the rooflines as pictures.
  public var html: String {
    var page = HTMLReport(title: "A network on systolic machines")
    page.preformatted(results.map(Self.summary).joined(separator: "\n"))
    for (title, table) in [("Layers", layers), ("Images", images)] {
      page.heading(title)
      page.table(table)
    }
    systems.add(to: &page)
    return page.html
  }

  // MARK: Tables

  /// What each image is taken for.
  public var images: ReportTable {
    var table = ReportTable([
      .init("image"), .init("dataflow"), .init("memory"), .init("prediction"), .init("label"), .init("cycles"),
      .init("latency", unit: "ms", digits: 4), .init("result"),
    ])
    for result in results {
      let predictions = result.predictions
      for (image, name) in result.job.imageNames.enumerated() {
        let outcome = result.outcomes[image / result.job.batch]
        let label = result.job.labels?[image]
        table.append([
          .text(name), .text(result.machine.dataflow), .text(result.machine.memory), .integer(predictions[image]),
          label.map { .integer($0) } ?? .empty, .integer(outcome.cycles), .number(result.milliseconds(outcome.cycles)),
          .text(
            (outcome.differences.isEmpty ? "bit-exact" : "differs")
              + (label.map { $0 == predictions[image] ? "" : ", wrong class" } ?? "")),
        ])
      }
    }
    return table
  }

  /// What each layer of the first run took, and whether it is right in every run.
  public var layers: ReportTable {
    var table = ReportTable([
      .init("number"), .init("layer"), .init("dataflow"), .init("memory"), .init("what"), .init("where"),
      .init("first_cycle"),
      .init("cycles"),
      .init("latency", unit: "us", digits: 2), .init("macs"), .init("utilisation", unit: "%", digits: 1),
      .init("loaded", unit: "bytes"), .init("stored", unit: "bytes"), .init("result"),
    ])
    for result in results {
      let network = result.job.network
      for layer in result.outcomes.first?.layers ?? [] {
        let macs = layer.counter("array", "macs")
        let wrong = result.outcomes.count { $0.differences.contains { $0.layer == layer.name } }
        table.append([
          .integer(layer.index), .text(Self.shortName(layer.name)), .text(result.machine.dataflow),
          .text(result.machine.memory),
          .text(network.layers[layer.index].operation.summary),
          .text(result.places[layer.index]), .integer(layer.firstCycle),
          .integer(layer.cycles), .number(1000 * result.milliseconds(layer.cycles)), .integer(macs),
          macs == 0 ? .empty : .number(100 * Double(macs) / Double(layer.cycles * result.machine.peCount)),
          .integer(result.machine.sum(result.machine.loaded, of: layer)),
          .integer(result.machine.sum(result.machine.stored, of: layer)),
          .text(wrong == 0 ? "bit-exact" : "differs in \(wrong) of \(result.outcomes.count) runs"),
        ])
      }
    }
    return table
  }

  /// Exporters join the names of all that they fused: the first one is enough to tell layers apart beside their numbers.
  private static func shortName(_ name: String) -> String {
    let first = name.split(separator: ";").first.map(String.init) ?? name
    return first.count <= 36 ? first : first.prefix(35) + "…"
  }

  /// Every counter of every layer of the first run.
  public var counters: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("memory"), .init("scope"), .init("counter"), .init("unit"),
      .init("value"), .init("meaning"),
    ])
    for result in results {
      for layer in result.outcomes.first?.layers ?? [] {
        for counter in layer.counters {
          table.append([
            .text(layer.name), .text(result.machine.dataflow), .text(result.machine.memory), .text(counter.scope),
            .text(counter.name), .text(counter.unit), .integer(counter.value), .text(counter.meaning),
          ])
        }
      }
    }
    return table
  }
}

// MARK: - Text

extension NetworkReport {
  /// A few lines on one machine: accuracy, latency, throughput, deadline, what the golden model did.
  private static func summary(_ result: NetworkResults) -> String {
    let (job, machine) = (result.job, result.machine)
    let latency = result.milliseconds(result.cycles)
    var lines = [
      "\(machine.name), \(machine.memory) memory, \(DecimalText.grouped(job.imageCount)) images: "
        + "latency \(DecimalText.fixed(latency, digits: 4)) ms (\(DecimalText.grouped(result.cycles)) cycles)"
        + (job.batch > 1 ? " a batch of \(job.batch)" : "")
        + ", throughput \(DecimalText.fixed(Double(job.batch) / latency * 1000, digits: 1)) images/s"
    ]
    if let correct = result.correct {
      let percent = 100 * Double(correct) / Double(max(1, job.imageCount))
      lines.append("  accuracy: \(correct) of \(job.imageCount) images, \(DecimalText.fixed(percent, digits: 2)) %")
    }
    if let deadline = job.deadlineMilliseconds, let slack = result.slackMilliseconds {
      let distance = DecimalText.fixed(abs(slack), digits: 4)
      lines.append(
        "  deadline \(deadline) ms: " + (slack >= 0 ? "met, \(distance) ms to spare" : "missed by \(distance) ms"))
    }
    let golden = result.goldenLayers.map { "\($0.name) (\($0.reason))" }
    if !golden.isEmpty {
      lines.append("  in the golden model, in no modelled time: " + golden.joined(separator: ", "))
    }
    if let unexpected = result.unexpected, let expectation = job.expectation {
      let all = expectation.outputs.shape.count
      lines.append(
        "  outputs: " + (unexpected == 0 ? "all \(all) as" : "\(unexpected) of \(all) differ from")
          + " \(expectation.file)")
    }
    for outcome in result.outcomes {
      for (layer, difference) in outcome.differences.prefix(3) {
        lines.append("  run \(outcome.index), layer \(layer): \(difference)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

// MARK: - JSON

extension NetworkReport {
  /// `summary.json`: each machine with its layers and images.
  public var json: String {
    JSONValue.object([
      ("schema_version", 1), ("system_version", .string(systoleVersion)),
      ("result", .string(isRight ? "bit-exact" : "differs")), ("machines", .array(results.map(Self.json))),
      ("systems", systems.json),
    ]).text
  }

  private static func json(_ result: NetworkResults) -> JSONValue {
    let (job, machine) = (result.job, result.machine)
    let latency = result.milliseconds(result.cycles)
    var members: [(String, JSONValue)] = [
      ("dataflow", .string(machine.dataflow)), ("memory", .string(machine.memory)),
      ("array_rows", .integer(machine.rows)), ("array_columns", .integer(machine.columns)),
      ("result", .string(result.isExact ? "bit-exact" : "differs")),
      ("image_count", .integer(job.imageCount)), ("batch", .integer(job.batch)), ("cycles", .integer(result.cycles)),
      ("latency_ms", .number(latency)), ("images_per_second", .number(Double(job.batch) / latency * 1000)),
    ]
    if let correct = result.correct { members.append(("correct_images", .integer(correct))) }
    if let deadline = job.deadlineMilliseconds, let slack = result.slackMilliseconds {
      members += [("deadline_ms", .number(deadline)), ("slack_ms", .number(slack))]
    }
    if let unexpected = result.unexpected { members.append(("unexpected_outputs", .integer(unexpected))) }
    let predictions = result.predictions
    members.append(("layers", .array((result.outcomes.first?.layers ?? []).map { json($0, result) })))
    members.append(
      (
        "images",
        .array(
          job.imageNames.enumerated().map { index, name in
            .object(
              [("image", .string(name)), ("prediction", .integer(predictions[index]))]
                + (job.labels.map { [("label", .integer($0[index]))] } ?? [])
                + [("cycles", .integer(result.outcomes[index / job.batch].cycles))])
          })
      ))
    return .object(members)
  }

  private static func json(_ layer: NetworkResult.Layer, _ result: NetworkResults) -> JSONValue {
    let operation = result.job.network.layers[layer.index].operation
    var members: [(String, JSONValue)] = [
      ("layer", .string(layer.name)), ("operation", .string(operation.summary)),
      ("executed_by", .string(result.places[layer.index])),
    ]
    if let golden = result.goldenLayers.first(where: { $0.name == layer.name }) {
      members.append(("reason", .string(golden.reason)))
    }
    members += [
      ("first_cycle", .integer(layer.firstCycle)), ("cycles", .integer(layer.cycles)),
      ("latency_us", .number(1000 * result.milliseconds(layer.cycles))),
      ("counters", .object(layer.counters.map { ("\($0.scope).\($0.name)", .integer($0.value)) })),
    ]
    return .object(members)
  }
}
