import Mappings
import Testing
import Workloads

@Suite("Row-stationary search")
struct RowStationarySearchTests {
  /// A sequence of numbers that is the same in every run.
  private struct Numbers {
    var state: UInt64

    mutating func next(_ range: ClosedRange<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int(state >> 33) % range.count
    }

    /// A layer with stride, padding, dilation and groups of up to the given extents.
    mutating func layer(channels: Int, filters: Int, height: Int, kernel: Int, batch: Int) throws -> ConvolutionLayer {
      let groups = next(0...3) == 0 ? next(1...4) : 1
      let (r, s) = (next(1...kernel), next(1...kernel))
      let dilation = next(0...3) == 0 ? 2 : 1
      let (rows, columns) = ((r - 1) * dilation + 1, (s - 1) * dilation + 1)
      let padding = next(0...1)
      return try ConvolutionLayer(
        name: "random", batch: next(1...batch), inputChannels: groups * next(1...channels),
        inputHeight: max(rows, next(1...height)), inputWidth: max(columns, next(1...height)),
        filters: groups * next(1...filters), filterHeight: r, filterWidth: s, strideHeight: next(1...3),
        strideWidth: next(1...3), paddingTop: padding, paddingLeft: padding, paddingBottom: padding,
        paddingRight: padding, dilationHeight: dilation, dilationWidth: dilation, groups: groups)
    }
  }

  private static let objectives = RowStationarySearch.Objective.allCases

  @Test("Never worse than the published AlexNet mappings, and legal", arguments: objectives)
  func alexNet(objective: RowStationarySearch.Objective) throws {
    let search = RowStationarySearch(objective: objective)
    var published = EyerissAlexNet.parameters
    published.append(EyerissAlexNet.measuredConv3)
    let layers = try EyerissAlexNet.layers()
    for (index, parameters) in published.enumerated() {
      let layer = layers[index == 5 ? 2 : index]
      let theirs = search.cost(of: try RowStationaryMapping(layer, parameters, on: .eyeriss))
      let ours = try search.mapping(of: layer)
      #expect(search.cost(of: ours) <= theirs, "\(layer.name): \(ours.parameters)")
      #expect(try search.mapping(of: layer) == ours)
    }
  }

  @Test("Any layer on any array: legal, every MAC once", arguments: objectives)
  func randomLayers(objective: RowStationarySearch.Objective) throws {
    var numbers = Numbers(state: 11)
    var mapped = 0
    for _ in 0..<1500 {
      let layer = try numbers.layer(channels: 40, filters: 40, height: 20, kernel: 5, batch: 3)
      let resources = RowStationaryResources(
        rows: numbers.next(5...16), columns: numbers.next(1...16), ifmapSpadWords: numbers.next(9...16),
        filterSpadWords: numbers.next(5...256), psumSpadWords: numbers.next(1...24), banks: numbers.next(8...30),
        bankBytes: 512 * numbers.next(1...8), operandBytes: numbers.next(1...2), psumBytes: 2 * numbers.next(1...2))
      let search = RowStationarySearch(on: resources, objective: objective)
      let mapping: RowStationaryMapping
      do { mapping = try search.mapping(of: layer) } catch {
        // Refused only where not even one row of one channel and one filter finds room.
        #expect(throws: RowStationaryMappingError.self) {
          try RowStationaryMapping(layer, .init(m: 1, n: 1, e: 1, p: 1, q: 1, r: 1, t: 1), on: resources)
        }
        continue
      }
      mapped += 1
      #expect(coveredMACs(of: mapping) == layer.macs)
    }
    #expect(mapped > 1400)
  }

  @Test(
    "Filters higher than the array or wider than a spad are cut; none is refused while one row finds room in the GLB")
  func cutFilters() throws {
    var numbers = Numbers(state: 23)
    var cut = 0
    for _ in 0..<600 {
      let layer = try numbers.layer(channels: 20, filters: 20, height: 14, kernel: 7, batch: 2)
      let resources = RowStationaryResources(
        rows: numbers.next(1...6), columns: numbers.next(1...8), ifmapSpadWords: numbers.next(1...6),
        filterSpadWords: numbers.next(1...20), psumSpadWords: numbers.next(1...6), banks: numbers.next(8...30),
        bankBytes: 4096, operandBytes: numbers.next(1...2), psumBytes: 2 * numbers.next(1...2))
      let mapping = try RowStationarySearch(on: resources).mapping(of: layer)
      #expect(coveredMACs(of: mapping) == layer.macs, "\(layer) \(mapping.parameters)")
      let fits =
        layer.filterHeight <= resources.rows && layer.dilatedFilterWidth <= resources.ifmapSpadWords
        && layer.filterWidth <= resources.filterSpadWords
      #expect((mapping.segmentCount == 1) == fits, "\(layer) \(resources)")
      cut += mapping.segmentCount > 1 ? 1 : 0
    }
    #expect((200..<600).contains(cut))
  }

  @Test("A cut filter's parts: even where that takes no more of them, named by rows and columns")
  func partsOfAFilter() throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 3, inputHeight: 227, inputWidth: 227, filters: 96, filterHeight: 11, filterWidth: 11,
      strideHeight: 4, strideWidth: 4)
    var resources = RowStationaryResources.eyeriss
    resources.rows = 8
    let high = try RowStationarySearch(on: resources).mapping(of: layer)
    // Three parts of at most four rows stand twice on eight rows, two parts of six only once.
    #expect((0..<high.segmentCount).map(high.segment).map(\.rows) == [0..<4, 4..<8, 8..<11])
    resources.ifmapSpadWords = 4
    let both = try RowStationarySearch(on: resources).mapping(of: layer)
    #expect((0..<both.segmentCount).map(both.segment).map(\.columns).prefix(3) == [0..<4, 4..<8, 8..<11])
    let taps = (0..<both.segmentCount).map(both.segment).flatMap { segment in
      segment.rows.flatMap { row in segment.columns.map { row * 11 + $0 } }
    }
    #expect(taps.sorted() == Array(0..<121))
    #expect(both.steps == both.segmentCount * both.channelSteps)
  }

  /// MACs of all passes, counted from the schedule that the chip executes.
  private func coveredMACs(of mapping: RowStationaryMapping) -> Int {
    let schedule = RowStationarySchedule(mapping)
    let layer = mapping.layer
    var macs = 0
    for index in 0..<schedule.tileCount {
      let tile = schedule.tile(index)
      for step in 0..<schedule.steps {
        let segment = schedule.segment(step: step)
        let channels = (0..<mapping.parameters.r).reduce(0) { $0 + schedule.channels(step: step, set: $1) }
        for pass in 0..<schedule.passes(of: tile) {
          let filters = (0..<mapping.parameters.t).reduce(0) { $0 + schedule.filters(of: tile, pass: pass, set: $1) }
          macs +=
            tile.images * tile.rows * layer.outputWidth * filters * channels * segment.rows.count
            * segment.columns.count
        }
      }
    }
    return macs
  }

  @Test("The least of all legal mappings, by visiting every one", arguments: objectives)
  func bruteForce(objective: RowStationarySearch.Objective) throws {
    var numbers = Numbers(state: 5)
    var visited = 0
    for _ in 0..<300 {
      let layer = try numbers.layer(channels: 6, filters: 6, height: 5, kernel: 2, batch: 2)
      let resources = RowStationaryResources(
        rows: numbers.next(2...5), columns: numbers.next(1...4), ifmapSpadWords: numbers.next(3...6),
        filterSpadWords: numbers.next(2...24), psumSpadWords: numbers.next(1...4), banks: numbers.next(3...9),
        bankBytes: 32, operandBytes: 2, psumBytes: 2)
      let search = RowStationarySearch(on: resources, objective: objective)
      guard let found = try? search.mapping(of: layer) else { continue }
      let least = leastCost(layer, search, visited: &visited)
      #expect(search.cost(of: found).primary == least, "\(layer) \(resources): \(found.parameters)")
    }
    #expect(visited > 50_000)
  }

  private func leastCost(_ layer: ConvolutionLayer, _ search: RowStationarySearch, visited: inout Int) -> Double {
    var least = Double.infinity
    let (filters, channels) = (layer.filtersPerGroup, layer.channelsPerGroup)
    for n in 1...layer.batch {
      for e in 1...layer.outputHeight {
        for r in 1...channels {
          for t in 1...filters {
            for q in 1...channels {
              for p in 1...filters {
                for m in 1...filters {
                  let parameters = RowStationaryMapping.Parameters(m: m, n: n, e: e, p: p, q: q, r: r, t: t)
                  guard let mapping = try? RowStationaryMapping(layer, parameters, on: search.resources) else {
                    continue
                  }
                  visited += 1
                  least = min(least, search.cost(of: mapping).primary)
                }
              }
            }
          }
        }
      }
    }
    return least
  }

  @Test("What cannot be mapped is refused with the numbers of the capacity")
  func infeasible() throws {
    var small = RowStationaryResources.eyeriss
    small.banks = 1
    let layer = try EyerissAlexNet.layers()[0]
    let error = #expect(throws: RowStationaryMappingError.self) {
      try RowStationarySearch(on: small).mapping(of: layer)
    }
    #expect(error?.capacity == "GLB banks")
    #expect(error?.needed == 2, "a bank for one row of one channel, and one for psums")
  }

  @Test("IDs that would collide are refused with their numbers")
  func collidingIDs() throws {
    let layer = try EyerissAlexNet.layers()[2]
    func message(_ change: (inout RowStationaryResources) -> Void) -> String {
      var resources = RowStationaryResources.eyeriss
      change(&resources)
      do {
        _ = try RowStationaryMapping(layer, EyerissAlexNet.parameters[2], on: resources)
        return "legal"
      } catch { return "\(error)" }
    }
    #expect(message { _ in } == "legal")
    #expect(
      message { $0.ifmapColumnIDBits = 3 }
        == "layer CONV3: the largest ifmap column ID = 14, column IDs from 0 to: 7; 7 too many; nearest legal: e = 6")
    #expect(
      message { $0.rowIDBits = 3 }
        == "layer CONV3: the largest row ID = 11, row IDs from 0 to: 7; 4 too many; nearest legal: "
        + "no r fits beside the others")
    #expect(
      message { $0.psumColumnIDBits = 3 }
        == "layer CONV3: the largest psum column ID = 13, column IDs from 0 to: 7; 6 too many; nearest legal: "
        + "no e fits beside the others")
  }
}
