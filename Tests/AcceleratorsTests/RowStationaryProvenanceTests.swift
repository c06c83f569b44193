import Accelerators
import Compute
import Interconnect
import Mappings
import Signals
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Rows of provenance name the tensor element that a row-stationary register or bus holds")
struct RowStationaryProvenanceTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let layer: ConvolutionLayer
    let mapping: RowStationaryMapping.Parameters
    let rows, columns: Int
  }

  static let cases = [
    Case(
      description: "sets on channels and on filters, ragged passes and strips",
      layer: try! ConvolutionLayer(
        name: "sets", batch: 3, inputChannels: 7, inputHeight: 7, inputWidth: 6, filters: 6, filterHeight: 3,
        filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 0),
      mapping: .init(m: 5, n: 2, e: 2, p: 2, q: 2, r: 2, t: 2), rows: 6, columns: 5),
    Case(
      description: "stride, dilation and groups",
      layer: try! ConvolutionLayer(
        name: "strided", inputChannels: 4, inputHeight: 11, inputWidth: 12, filters: 6, filterHeight: 3,
        filterWidth: 2, strideHeight: 2, strideWidth: 3, dilationHeight: 2, dilationWidth: 2, groups: 2),
      mapping: .init(m: 3, n: 1, e: 4, p: 3, q: 2, r: 1, t: 1), rows: 4, columns: 4),
    Case(
      description: "a set wider than the array, in two bands",
      layer: try! ConvolutionLayer(
        name: "wide", batch: 2, inputChannels: 2, inputHeight: 9, inputWidth: 4, filters: 5, filterHeight: 2,
        filterWidth: 2),
      mapping: .init(m: 5, n: 1, e: 8, p: 4, q: 1, r: 1, t: 1), rows: 5, columns: 5),
  ]

  /// `n=0 c=2 h=5 w=7` as numbers; nil for `-`, and for the padding no numbers.
  private func numbers(_ text: String) -> [Int]? {
    if text == "-" { return nil }
    return text.split(separator: " ").compactMap { Int($0.drop { !$0.isNumber }) }
  }

  /// What a register's text means in its tensor: 0 for the padding.
  private func value(_ tensor: Tensor<Int16>, _ place: [Int]) -> Int16 {
    guard place.count == 4 else { return 0 }
    let index = zip(place, tensor.shape.dimensions).reduce(0) { $0 * $1.1 + $1.0 }
    return tensor.elements[index]
  }

  private func pe(_ number: Int, _ columns: Int) -> String { "pe_r\(number / columns)_c\(number % columns)" }

  private func operands(_ layer: ConvolutionLayer) throws -> RowStationaryOperands {
    var random = SplitMix64(seed: 11)
    func draw(_ shape: Shape) -> Tensor<Int8> {
      Tensor(
        shape, (0..<shape.count).map { _ in random.next(below: 4) == 0 ? 0 : Int8(truncatingIfNeeded: random.next()) })
    }
    return try RowStationaryOperands(
      LayerOperands(layer, ifmap: OperandTensor(draw(layer.ifmapShape)), filter: OperandTensor(draw(layer.filterShape)))
    )
  }

  @Test("Operand registers hold the elements that are named, psums their row's share of the sum", arguments: cases)
  func registers(_ given: Case) throws {
    let operands = try operands(given.layer)
    var run = try RowStationaryLayerRun(
      operands, mapping: given.mapping, on: rowStationaryMachine(rows: given.rows, columns: given.columns, psumSpad: 4))
    let roles = run.mapping.placement.roles
    var checked = (ifmap: 0, filter: 0, psum: 0)
    var watcher = SignalWatcher(run.simulator.machine, ["array", "control.channel_step"], clock: 0) { wave in
      let step = Int(wave.bits("control.channel_step"))
      for (number, role) in roles.enumerated() {
        let scope = "array." + self.pe(number, given.columns)
        if let place = self.numbers(wave.text(scope + ".ifmap_element")) {
          #expect(wave.operand(scope + ".ifmap") == self.value(operands.ifmap, place))
          checked.ifmap += 1
        }
        if let place = self.numbers(wave.text(scope + ".filter_element")) {
          #expect(wave.operand(scope + ".weight") == self.value(operands.filter, place))
          checked.filter += 1
        }
        guard let role, let place = self.numbers(wave.text(scope + ".psum_element")),
          wave.bits(scope + ".stage2_operation") >= 3
        else { continue }
        let sum = self.share(operands, given.mapping, role, step: step, place)
        #expect(Int32(truncatingIfNeeded: wave.bits(scope + ".psum")) == sum, "\(scope) \(place)")
        checked.psum += 1
      }
    }
    #expect(try run.simulator.run(observing: &watcher) == .finished)
    #expect(try run.ofmap() == operands.golden(order: .init(q: given.mapping.q, r: given.mapping.r)))
    let counters = run.simulator.machine.array.counters
    // Once a MAC that is not gated, once more for a gated one, and once for each sum of a PE's own.
    #expect(checked.filter == counters.labels[.mac] && checked.ifmap == counters.macs)
    #expect(checked.psum == counters.labels[.accumulate])
  }

  /// What one PE adds to a psum in a channel step: its filter row over its channels.
  private func share(
    _ operands: RowStationaryOperands, _ mapping: RowStationaryMapping.Parameters, _ role: RowStationaryPlacement.Role,
    step: Int, _ psum: [Int]
  ) -> Int32 {
    let layer = operands.layer
    let (n, m, p, q) = (psum[0], psum[1], psum[2], psum[3])
    let first = (step * mapping.r + role.channelSet) * mapping.q
    var sum: Int32 = 0
    for c in first..<max(first, min(first + mapping.q, layer.channelsPerGroup)) {
      for s in 0..<layer.filterWidth {
        let h = p * layer.strideHeight + role.filterRow * layer.dilationHeight - layer.paddingTop
        let w = q * layer.strideWidth + s * layer.dilationWidth - layer.paddingLeft
        guard (0..<layer.inputHeight).contains(h), (0..<layer.inputWidth).contains(w) else { continue }
        let channel = m / layer.filtersPerGroup * layer.channelsPerGroup + c
        sum +=
          Int32(value(operands.ifmap, [n, channel, h, w])) * Int32(value(operands.filter, [m, c, role.filterRow, s]))
      }
    }
    return sum
  }

  @Test(
    "A word reaches the PEs that need its element: a diagonal, a row of a set, the bottom of a chain", arguments: cases)
  func buses(_ given: Case) throws {
    let operands = try operands(given.layer)
    var run = try RowStationaryLayerRun(
      operands, mapping: given.mapping, on: rowStationaryMachine(rows: given.rows, columns: given.columns, psumSpad: 4))
    let (placement, layer) = (run.mapping.placement, given.layer)
    let roles = placement.roles
    var delivered = (ifmap: 0, filter: 0, psumsIn: 0, psumsOut: 0)
    var watcher = SignalWatcher(run.simulator.machine, ["gin_*.**", "gon"], clock: 0) { wave in
      func takers(_ bus: String) -> [RowStationaryPlacement.Role] {
        roles.indices.filter { wave.bits("\(bus).\(self.pe($0, given.columns)).pe_fire") == 1 }.compactMap { roles[$0] }
      }
      if wave.bits("gin_ifmap.fire") == 1, let place = self.numbers(wave.text("gin_ifmap.element")) {
        let found = takers("gin_ifmap")
        // One row of the strip, whatever the PEs' filter rows: a diagonal.
        #expect(Set(found.map(\.ifmapRow)).count == 1 && found.count == Int(wave.bits("gin_ifmap.destinations")))
        if place.count == 4, let role = found.first {
          let strip = place[2] + layer.paddingTop - role.ifmapRow
          #expect(strip % layer.strideHeight == 0 && strip / layer.strideHeight % given.mapping.e == 0)
          let set = place[1] % layer.channelsPerGroup / given.mapping.q % given.mapping.r
          #expect(found.allSatisfy { $0.channelSet == set })
        }
        delivered.ifmap += 1
      }
      if wave.bits("gin_filter.fire") == 1, let place = self.numbers(wave.text("gin_filter.element")) {
        let set = place[0] % layer.filtersPerGroup % given.mapping.m / given.mapping.p % given.mapping.t
        let found = takers("gin_filter")
        #expect(!found.isEmpty && found.allSatisfy { $0.filterRow == place[2] && $0.filterSet == set })
        delivered.filter += 1
      }
      if wave.bits("gin_psum.fire") == 1, let place = self.numbers(wave.text("gin_psum.element")) {
        let found = takers("gin_psum")
        #expect(found.map { $0.chainRow } == [placement.chainRows - 1])
        #expect(found.allSatisfy { place[2] % given.mapping.e == $0.ofmapRow })
        delivered.psumsIn += Int(wave.bits("gin_psum.words"))
      }
      if wave.bits("gon.fire") == 1, let place = self.numbers(wave.text("gon.element")) {
        let (set, row) = Int(wave.bits("gon.chain")).quotientAndRemainder(dividingBy: given.mapping.e)
        #expect(place[2] % given.mapping.e == row)
        #expect(place[1] % layer.filtersPerGroup % given.mapping.m / given.mapping.p % given.mapping.t == set)
        delivered.psumsOut += Int(wave.bits("gon.words"))
      }
    }
    run.simulator.skipsIdleCycles = false
    #expect(try run.simulator.run(observing: &watcher) == .finished)
    let machine = run.simulator.machine
    #expect(delivered.ifmap == machine.ifmapNetwork.counters.sends)
    #expect(delivered.filter == machine.filterNetwork.counters.sends)
    #expect(delivered.psumsIn == run.glbWords.psumReads && delivered.psumsOut == run.glbWords.psumWrites)
  }
}
