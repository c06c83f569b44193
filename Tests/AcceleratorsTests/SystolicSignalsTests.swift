import Accelerators
import Compute
import Mappings
import Memory
import Signals
import Simulation
import Tensors
import Testing
import Workloads

/// Keeps the current value of every signal of a machine and hands each cycle to a closure.
struct SignalWatcher: CycleObserver {
  private(set) var catalog: SignalCatalog
  private var probe: Probe
  private var positions: [String: Int] = [:]
  private var values: [UInt64]
  private var texts: [String]
  /// Signals that are reported when they are 1 only.
  private let events: [Int]
  private let look: (borrowing SignalWatcher) -> Void
  private let clock: Int?

  /// Watches the signals that match the patterns; all of them, if there are none. Looks at the cycles of one clock, or of all.
  init(
    _ machine: borrowing some ObservableMachine, _ patterns: [String] = [], clock: Int? = nil,
    look: @escaping (borrowing SignalWatcher) -> Void
  ) {
    catalog = SignalCatalog(machine)
    let handles = catalog.handles(matching: patterns)
    probe = Probe(catalog: catalog, selecting: handles)
    for (position, handle) in handles.enumerated() { positions[catalog.name(of: handle)] = position }
    events = handles.indices.filter { [catalog] in catalog.declaration(of: handles[$0]).format == .event }
    values = [UInt64](repeating: 0, count: handles.count)
    texts = [String](repeating: "", count: handles.count)
    self.look = look
    self.clock = clock
  }

  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) -> Bool {
    probe.sample(&machine)
    for event in events { values[event] = 0 }
    for change in probe.sampler.changes {
      values[Int(change.signal)] = change.value
      if catalog.declaration(of: probe.selection[Int(change.signal)]).format == .text {
        texts[Int(change.signal)] = probe.sampler.texts[Int(change.text)]
      }
    }
    probe.sampler.removeAll()
    if clock.map(instant.edges.contains(domain:)) ?? true { look(self) }
    return true
  }

  /// Whether a signal is watched.
  func watches(_ name: String) -> Bool { positions[name] != nil }
  func bits(_ name: String) -> UInt64 { values[positions[name]!] }
  func text(_ name: String) -> String { texts[positions[name]!] }
  /// An operand register as it is kept: 16 bits, two's complement.
  func operand(_ name: String) -> Int16 { Int16(truncatingIfNeeded: bits(name)) }
}

@Suite("The signals of a systolic machine say what its counters and its tensors say")
struct SystolicSignalsTests {
  private static let shapes = [
    try! ConvolutionLayer(
      name: "padded", batch: 2, inputChannels: 2, inputHeight: 5, inputWidth: 4, filters: 7, filterHeight: 3,
      filterWidth: 2, strideHeight: 2, strideWidth: 1, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 0,
      groups: 1),
    try! ConvolutionLayer(
      name: "grouped", batch: 1, inputChannels: 4, inputHeight: 6, inputWidth: 5, filters: 6, filterHeight: 2,
      filterWidth: 2, dilationHeight: 2, dilationWidth: 1, groups: 2),
    try! ConvolutionLayer.gemm(m: 3, k: 11, n: 9),
  ]

  /// Name of a PE's scope.
  private func pe(_ row: Int, _ column: Int) -> String { "array.pe_r\(row)_c\(column)" }

  private func machines(_ dataflow: Dataflow) -> [SystolicSpec] {
    [(1, false, 1), (2, false, 2), (1, true, 3), (3, true, 1)].map { stages, isDoubleBuffered, ports in
      smallMachine(
        dataflow, rows: 4, columns: 5, macStages: stages, isDoubleBuffered: isDoubleBuffered, readPorts: ports,
        banks: 2,
        latency: stages, gatesZeros: stages == 2)
    }
  }

  @Test(
    "MACs are cycles of mac_fire, labels add up to the counters, bytes are transfers over the port",
    arguments: Dataflow.allCases)
  func countersFromSignals(dataflow: Dataflow) throws {
    for layer in Self.shapes {
      for spec in machines(dataflow) {
        var run = try SystolicLayerRun(try randomOperands(layer, seed: 5), on: spec)
        run.simulator.skipsIdleCycles = false
        var fires = 0
        var labels = PECycleCounts()
        var reads = 0
        var wantedBytes = 0
        var watcher = SignalWatcher(run.simulator.machine) { now in
          for row in 0..<4 {
            for column in 0..<5 {
              fires += Int(now.bits("\(pe(row, column)).mac_fire"))
              labels[PECycleLabel(rawValue: UInt8(now.bits("\(pe(row, column)).label")))!] += 1
            }
          }
          guard now.bits("memory_port.request.receive") == 1 else { return }
          if now.bits("memory_port.request.write") == 0 { reads += 1 }
          wantedBytes += now.bits("memory_port.request.byte_enables").nonzeroBitCount
        }
        #expect(try run.simulator.run(observing: &watcher) == .finished)
        let machine = run.simulator.machine
        #expect(fires == machine.counters.macs && fires == layer.macs)
        #expect(labels == machine.counters.labels, "\(dataflow) \(spec.macStages) stages")
        #expect(reads == machine.memory.counters.readRequests)
        #expect(wantedBytes == machine.transfers.counters.loadedBytes + machine.transfers.counters.storedBytes)
      }
    }
  }

  @Test("Every operand register holds the tensor element that its provenance names", arguments: Dataflow.allCases)
  func provenanceOfOperands(dataflow: Dataflow) throws {
    for layer in Self.shapes {
      for spec in machines(dataflow) {
        let operands = try randomOperands(layer, seed: 9)
        var run = try SystolicLayerRun(operands, on: spec)
        let (ifmap, filter) = (operands.ifmap.operands, operands.filter.operands)
        var named = 0
        var watcher = SignalWatcher(run.simulator.machine) { now in
          for row in 0..<4 {
            for column in 0..<5 {
              let scope = pe(row, column)
              var registers = [("ifmap", "ifmap_element", ifmap), ("filter", "filter_element", filter)]
              if spec.isDoubleBuffered, dataflow == .weightStationary {
                registers.append(("filter_shadow", "shadow_element", filter))
              } else if spec.isDoubleBuffered, dataflow == .inputStationary {
                registers.append(("ifmap_shadow", "shadow_element", ifmap))
              }
              for (register, element, tensor) in registers {
                let valid = now.bits("\(scope).\(register)_valid") == 1
                let text = now.text("\(scope).\(element)")
                #expect(valid == (text != "-"), "\(scope).\(register) is valid: \(valid), \(element): \(text)")
                guard text != "-" else { continue }
                named += 1
                #expect(
                  now.operand("\(scope).\(register)") == tensor.value(named: text), "\(scope).\(register): \(text)")
              }
            }
          }
        }
        #expect(try run.simulator.run(observing: &watcher) == .finished)
        #expect(named >= layer.macs)
      }
    }
  }
}

extension Tensor<Int16> {
  /// The element that a provenance text names; 0 in the padding.
  fileprivate func value(named text: String) -> Int16 {
    guard text != "padding" else { return 0 }
    let indices = text.split(separator: " ").map { Int($0.drop { $0 != "=" }.dropFirst())! }
    return elements[zip(indices, shape.dimensions).reduce(0) { $0 * $1.1 + $1.0 }]
  }
}
