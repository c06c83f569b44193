import Accelerators
import Compute
import Interconnect
import Mappings
import Memory
import Signals
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Row-stationary machine: small shapes, determinism, faults")
struct RowStationaryExhaustiveTests {
  @Test("Every small shape with every spad at its limit, strips even and ragged", arguments: 1...3)
  func smallShapes(filterSize: Int) throws {
    for channels in 1...4 {
      for filters in 1...4 {
        for stride in 1...2 {
          let layer = try ConvolutionLayer(
            name: "small", inputChannels: channels, inputHeight: filterSize + 2 * stride,
            inputWidth: filterSize + stride,
            filters: filters, filterHeight: filterSize, filterWidth: filterSize, strideHeight: stride,
            strideWidth: stride)
          let operands = try fixedPointOperands(layer, seed: UInt64(channels * 10 + filters))
          let golden = try operands.golden(order: RowStationaryOrder(q: 1, r: 1))
          for e in 1...3 {
            for (p, q) in [
              (1, 1), (filters, 1), (1, channels), (filters, channels), (min(2, filters), min(3, channels)),
            ] {
              let spec = rowStationaryMachine(
                rows: filterSize, columns: e, ifmapSpad: q * filterSize, filterSpad: p * q * filterSize, psumSpad: p)
              var run = try RowStationaryLayerRun(
                operands, mapping: .init(m: filters, n: 1, e: e, p: p, q: q, r: 1, t: 1), on: spec)
              let end = run.simulator.run(cycleLimit: 200_000)
              try #require(end == .finished, "\(layer) e \(e) p \(p) q \(q): \(end)")
              #expect(try run.ofmap().elements == golden.elements, "\(layer) e \(e) p \(p) q \(q)")
              #expect(run.simulator.machine.array.counters.macs == layer.macs)
            }
          }
        }
      }
    }
  }

  @Test("Every small filter on every array and spad that it is too large for, cut by the search", arguments: 1...3)
  func cutFilters(filterSize: Int) throws {
    var cut = 0
    for channels in 1...4 {
      for filters in 1...4 {
        for stride in 1...2 {
          let layer = try ConvolutionLayer(
            name: "small", inputChannels: channels, inputHeight: filterSize + 2 * stride,
            inputWidth: filterSize + stride, filters: filters, filterHeight: filterSize, filterWidth: filterSize,
            strideHeight: stride, strideWidth: stride, paddingTop: 1, paddingRight: 1)
          let operands = try fixedPointOperands(
            layer, seed: UInt64(channels * 10 + filters), saturates: (channels + filters) % 2 == 0)
          for rows in 1...filterSize {
            for spad in 1...filterSize {
              let spec = rowStationaryMachine(
                rows: rows, columns: 2, ifmapSpad: spad, filterSpad: spad * filters, psumSpad: filters)
              let mapping = try RowStationarySearch(on: spec.resources(for: operands.arithmetic)).mapping(of: layer)
              var run = try RowStationaryLayerRun(operands, mapping: mapping.parameters, on: spec)
              let end = run.simulator.run(cycleLimit: 200_000)
              try #require(end == .finished, "\(layer) rows \(rows) spad \(spad): \(end)")
              #expect(try run.ofmap() == run.golden(), "\(layer) rows \(rows) spad \(spad)")
              #expect(run.simulator.machine.array.counters.macs == layer.macs)
              #expect(run.glbBytes == mapping.glbBytes && mapping.activePEs <= rows * 2)
              cut += mapping.segmentCount > 1 ? 1 : 0
            }
          }
        }
      }
    }
    // All of the rows x spads but the one that the filter fits.
    #expect(cut == 32 * (filterSize * filterSize - 1))
  }

  // Sets of PEs are words of 64 bits: a PE and the one below it may share a word, lie in neighbouring ones or further apart.
  @Test("Arrays of 63, 64, 65 and 130 columns", arguments: [63, 64, 65, 130])
  func wideArrays(columns: Int) throws {
    let layer = try ConvolutionLayer(
      name: "wide", inputChannels: 2, inputHeight: columns + 2, inputWidth: 5, filters: 5, filterHeight: 3,
      filterWidth: 2)
    let operands = try fixedPointOperands(layer, seed: UInt64(columns))
    var spec = rowStationaryMachine(rows: 6, columns: columns)
    spec.glb.linesPerBank = 4096
    for r in 1...2 {
      var run = try RowStationaryLayerRun(
        operands, mapping: .init(m: 5, n: 1, e: columns, p: 5, q: 1, r: r, t: 1), on: spec)
      #expect(run.simulator.run(cycleLimit: 200_000) == .finished)
      #expect(try run.ofmap() == run.golden())
      let counters = run.simulator.machine.array.counters
      #expect(counters.labels.total == run.totalCycles * spec.peCount && counters.macs == layer.macs)
    }
  }

  private func example() throws -> RowStationaryLayerRun {
    let layer = try ConvolutionLayer(
      name: "c", batch: 2, inputChannels: 5, inputHeight: 7, inputWidth: 6, filters: 7, filterHeight: 3, filterWidth: 3,
      paddingTop: 1, paddingLeft: 1)
    var operands = try fixedPointOperands(layer, seed: 4, zeros: 0.6)
    (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap) = (true, true, true)
    return try RowStationaryLayerRun(
      operands, mapping: .init(m: 5, n: 2, e: 4, p: 2, q: 2, r: 2, t: 2), on: rowStationaryMachine(rows: 12, columns: 5)
    )
  }

  @Test("Idle skipping and the order of steps change nothing")
  func determinism() throws {
    let reference = try example()
    var ticked = reference
    ticked.simulator.skipsIdleCycles = false
    #expect(ticked.simulator.run(cycleLimit: 1_000_000) == .finished)
    #expect(try ticked.ofmap() == ticked.golden())
    var skipped = reference
    #expect(skipped.simulator.run(cycleLimit: 1_000_000) == .finished)
    #expect(skipped.counters == ticked.counters)
    var random = SplitMix64(seed: 3)
    for _ in 0..<30 {
      var permuted = reference
      for place in permuted.simulator.stepOrder.indices.dropFirst() {
        permuted.simulator.stepOrder.swapAt(place, Int(random.next(below: UInt64(place + 1))))
      }
      #expect(permuted.simulator.run(cycleLimit: 1_000_000) == .finished)
      #expect(permuted.counters == ticked.counters)
      #expect(try permuted.ofmap() == ticked.ofmap())
    }
  }

  @Test("A run-length stream cut short, or with words behind its end, stops the run and is named")
  func faultyStream() throws {
    // Biases lie first, 7 of 2 bytes; the ifmap's first stream begins behind them.
    let first = 16
    func fault(_ change: (inout PagedMemory) -> Void) throws -> String {
      var run = try example()
      change(&run.simulator.machine.memory.contents)
      guard case .deadlock(let waits) = run.simulator.run(cycleLimit: 1_000_000) else { return "none" }
      return waits.first { $0.block == "decoder" }?.cause ?? "\(waits)"
    }
    #expect(try fault { $0[first + 7] |= 0x80 }.contains("the stream ends"))
    let whole = try example().simulator.machine.memory.contents
    guard let last = (0..<1000).first(where: { whole[first + 8 * $0 + 7] >> 7 != 0 }) else {
      Issue.record("a stream has an end bit")
      return
    }
    let unended = try fault { $0[first + 8 * last + 7] &= 0x7F }
    #expect(unended.contains("word \(last) (byte \(8 * last)): the word with the last of"), "\(unended)")
    #expect(unended.hasSuffix("elements lacks the end bit"))
    // A stream whose last pair holds nothing, bits 42 to 62 of its last word: now it holds something.
    let empty = (0..<1000).first { word in
      let bytes = (5...7).map { whole[first + 8 * word + $0] }
      return bytes[0] >> 2 == 0 && bytes[1] == 0 && bytes[2] == 0x80
    }
    let behind = try fault { $0[first + 8 * (empty ?? 0) + 6] = 1 }
    #expect(behind.hasSuffix("pair 2 behind the last element is not 0"), "\(behind)")
  }

  @Test("Mappings and machines that cannot be are refused with their numbers")
  func refusals() throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 4, inputHeight: 8, inputWidth: 8, filters: 8, filterHeight: 3, filterWidth: 3)
    func message(_ parameters: RowStationaryMapping.Parameters, _ change: (inout RowStationarySpec) -> Void = { _ in })
      -> String
    {
      var spec = RowStationarySpec.eyeriss
      change(&spec)
      do {
        _ = try RowStationaryLayerRun(try fixedPointOperands(layer, seed: 1), mapping: parameters, on: spec)
        return "legal"
      } catch { return "\(error)" }
    }
    let good = RowStationaryMapping.Parameters(m: 8, n: 1, e: 6, p: 8, q: 4, r: 1, t: 1)
    #expect(message(good) == "legal")
    #expect(message(good) { $0.array.ifmapSpadWords = 11 }.contains("q x S = 12, ifmap spad words: 11; 1 too many"))
    #expect(message(good) { $0.array.psumSpadWords = 7 }.contains("p = 8, psum spad words: 7; 1 too many"))
    #expect(message(good) { $0.array.filterSpadWords = 95 }.contains("p x q x S = 96, filter spad words: 95"))
    #expect(message(good) { $0.glb.linesPerBank = 0 }.contains("GLB lines of a bank is 0; legal are 1 to"))
    #expect(message(good) { $0.biasWords = 4 }.contains("8 biases, the output stage holds 4: 4 too many"))
    let small = message(good) { spec in spec.memory.ideal?.capacityBytes = 64 }
    #expect(small.contains("gives 64, 1616 bytes too few"))
    #expect(
      message(.init(m: 8, n: 1, e: 5, p: 1, q: 1, r: 1, t: 7)) { $0.array.columns = 9 }
        .contains("t = 7, PE sets of 3 rows and 5 columns that fit side by side: 4; 3 too many"))
  }
}

/// Checks the PEs' labels as observers see them against what the counters booked.
struct LabelTally: CycleObserver {
  var counts = [Int](repeating: 0, count: PECycleLabel.allCases.count)
  var macFires = 0
  var multicasts = 0

  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    guard instant.edges.contains(domain: 0) else { return true }
    for (block, declaration) in machine.blocks.enumerated() {
      for (column, signal) in declaration.columns.enumerated() {
        let name = "\(declaration.scope).\(signal.name)"
        guard ["array.label", "array.mac_fire", "gin_ifmap.fire"].contains(name) else { continue }
        let handles = (0..<signal.extent.count).map { SignalHandle(block: block, column: column, element: $0) }
        var probe = Probe(catalog: SignalCatalog(machine), selecting: handles)
        probe.sample(&machine)
        for change in probe.sampler.changes {
          switch name {
          case "array.label": counts[Int(change.value)] += 1
          case "array.mac_fire": macFires += Int(change.value)
          default: multicasts += Int(change.value)
          }
        }
      }
    }
    return true
  }
}

@Suite("Signals of the row-stationary machine")
struct RowStationarySignalTests {
  @Test("Labels, MACs and multicasts seen by an observer are those that were counted")
  func labels() throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 2, inputHeight: 5, inputWidth: 5, filters: 2, filterHeight: 3, filterWidth: 3)
    var run = try RowStationaryLayerRun(
      try fixedPointOperands(layer, seed: 9), mapping: .init(m: 2, n: 1, e: 3, p: 2, q: 1, r: 1, t: 1),
      on: rowStationaryMachine(rows: 3, columns: 3))
    run.simulator.skipsIdleCycles = false
    var tally = LabelTally()
    #expect(try run.simulator.run(cycleLimit: 100_000, observing: &tally) == .finished)
    let machine = run.simulator.machine
    for label in PECycleLabel.allCases {
      #expect(tally.counts[Int(label.rawValue)] == machine.array.counters.labels[label], "\(label)")
    }
    #expect(tally.macFires == machine.array.counters.labels[.mac])
    #expect(tally.multicasts == machine.ifmapNetwork.counters.sends)
    #expect(try run.ofmap() == run.golden())
  }
}
