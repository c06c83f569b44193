import Compute
import Interconnect
import Mappings
import Signals
import Simulation
import Workloads

// Rows of the waveform that no hardware holds: which tensor element stands in a register or on a bus.

extension RowStationaryMachine {
  /// Where every tensor element stands in this cycle; nil while no layer was begun.
  var provenance: RowStationaryProvenance? {
    guard let program, control.tileIndex < program.schedule.tileCount else { return nil }
    return RowStationaryProvenance(
      schedule: program.schedule, tile: program.schedule.tile(control.tileIndex), step: control.step)
  }

  /// What the registers of every PE hold.
  static let registerElements: [SignalColumn<RowStationaryMachine>] = [
    register("ifmap_element", "Tensor element in the ifmap register.", .ifmap),
    register("filter_element", "Tensor element in the filter register; none behind a gated MAC.", .filter),
    register("psum_element", "The psum that stage 3 adds to.", .psum),
  ]

  private static func register(
    _ name: String, _ meaning: String, _ register: RowStationaryProvenance.Register
  ) -> SignalColumn<RowStationaryMachine> {
    SignalColumn(
      name, meaning, kind: .columnAnnotation, .text,
      extent: { .grid(prefix: "pe", rows: $0.spec.array.rows, columns: $0.spec.array.columns) },
      read: { machine, sampler in
        let (provenance, program) = (machine.provenance, machine.program)
        func element(_ number: Int) -> LayerElement? {
          guard let role = program?.placement.roles[number] else { return nil }
          return provenance?.element(register, role, machine.array.progress(of: number))
        }
        let layer = program?.schedule.mapping.layer
        sampler.take(count: machine.spec.peCount) { number in
          element(number).flatMap { layer?.key($0) } ?? 0
        } text: { number in
          element(number).flatMap { layer?.text($0) } ?? "-"
        }
      })
  }

  /// What stands on the filter network.
  static let filterElement = element("Tensor element of the flit's first word.") { machine, provenance in
    guard machine.filterNetwork.offer.isValid, let walk = machine.filterReader.walk else { return nil }
    return provenance.filterFlit(walk)
  }

  /// What stands on the ifmap network.
  static let ifmapElement = element("Tensor element of the word.") { machine, provenance in
    guard machine.ifmapNetwork.offer.isValid, let walk = machine.ifmapReader.walk else { return nil }
    return provenance.ifmapWord(walk.element)
  }

  /// What stands on the psum network.
  static let psumElement = element("Tensor element of the flit's first psum.") { machine, provenance in
    guard machine.psumNetwork.offer.isValid, let flit = machine.psumReader.flits.front else { return nil }
    return provenance.psumFlit(flit.place)
  }

  /// What leaves over the output network.
  static let outputElement = element("Tensor element of the flit's first psum.") { machine, provenance in
    machine.psumWriter.takes ? provenance.psumFlit(machine.psumWriter.coming.place) : nil
  }

  private static func element(
    _ meaning: String,
    _ element: @escaping @Sendable (borrowing RowStationaryMachine, RowStationaryProvenance) -> LayerElement?
  ) -> SignalColumn<RowStationaryMachine> {
    SignalColumn("element", meaning, kind: .annotation, .text) { machine, sampler in
      let provenance = machine.provenance
      let found = provenance.flatMap { element(machine, $0) }
      let layer = provenance?.schedule.mapping.layer
      sampler.take(count: 1) { _ in
        found.flatMap { layer?.key($0) } ?? 0
      } text: { _ in
        found.flatMap { layer?.text($0) } ?? "-"
      }
    }
  }
}
