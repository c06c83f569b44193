internal import Accelerators
public import Configuration
internal import Mappings
public import Reports
internal import Workloads

extension LayerRunner {
  /// How a layer will be mapped; its tensors need not exist.
  ///
  /// Throws `ScheduleError` where a tile does not fit the machine.
  public func explain(_ job: LayerJob) throws -> SystolicExplanation {
    let lowered = try loweredLayer(job.layer)
    let schedule = try SystolicSchedule(lowered, dataflow: spec.dataflow, resources: spec.resources)
    return SystolicExplanation(
      job.layer, lowering: lowering, schedule: schedule, timing: spec.timing, hasBias: job.hasBias)
  }
}

extension SystolicExplanation {
  /// The same numbers for programs.
  public var json: JSONValue {
    let loops = schedule.loopNest.map { loop -> JSONValue in
      [
        "name": .string(loop.name), "kind": .string(loop.kind.rawValue), "extent": .integer(loop.extent),
        "step": .integer(loop.step), "trips": .integer(loop.trips), "level": .string(loop.level),
      ]
    }
    let levels = StorageLevel.allCases.map { level -> (String, JSONValue) in
      let kinds = TensorKind.allCases.map { kind -> (String, JSONValue) in
        let count = forecast.accesses[level, kind]
        return (kind.rawValue, ["reads": .integer(count.reads), "writes": .integer(count.writes)])
      }
      return (level.rawValue, .object(kinds))
    }
    return .object([
      ("layer", .string(layer.name)), ("dataflow", .string(schedule.dataflow.rawValue)),
      ("lowering", .string(lowering.rawValue)), ("loops", .array(loops)), ("folds", .integer(forecast.folds)),
      ("macs", .integer(forecast.macs)), ("array_cycles", .integer(forecast.arrayCycles)),
      ("utilisation_bound_percent", .number(100 * forecast.utilisationBound)),
      ("mapped_pes_percent", .number(100 * forecast.mappedShare)), ("loaded_bytes", .integer(forecast.loadedBytes)),
      ("stored_bytes", .integer(forecast.storedBytes)), ("accesses_words", .object(levels)),
    ])
  }
}
