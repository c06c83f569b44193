import Mappings
import Testing
import Workloads

@Suite("Row-stationary mappings")
struct RowStationaryMappingTests {
  private func published() throws -> [RowStationaryMapping] {
    try zip(EyerissAlexNet.layers(), EyerissAlexNet.parameters).map { try RowStationaryMapping($0, $1, on: .eyeriss) }
  }

  @Test("AlexNet as published: active PEs, GLB bytes, passes and MACs exact")
  func tableThree() throws {
    let mappings = try published()
    #expect(mappings.map(\.activePEs) == [154, 135, 156, 156, 156])
    #expect(mappings.map(\.passes) == [288, 1536, 384, 384, 256])
    #expect(mappings.map(\.psumGLBBytes) == [73920, 93312, 86528, 86528, 86528])
    #expect(mappings.map(\.ifmapGLBBytes) == [15890, 3844, 7200, 10800, 10800])
    #expect(mappings.map(\.layer.macs) == [421_660_800, 895_795_200, 598_081_536, 448_561_152, 299_040_768])
  }

  @Test("Off-chip bytes within 1 % of the poster's bars, split as in the closed form")
  func offChip() throws {
    let bars = [6.06, 5.43, 5.07, 3.93, 2.61]
    for (mapping, bar) in zip(try published(), bars) {
      #expect(
        abs(Double(mapping.offChipBytes) / 1e6 / bar - 1) < 0.01, "\(mapping.layer.name): \(mapping.offChipBytes)")
    }
    let first = try published()[0]
    #expect(
      [first.filterWords, first.ifmapWords, first.ofmapWords].map { $0 * 2 } == [2_230_272, 1_503_648, 2_323_200])
  }

  @Test("Every exceeded capacity is named with its numbers and the nearest legal value")
  func refusals() throws {
    let layers = try EyerissAlexNet.layers()
    func message(_ layer: Int, _ change: (inout RowStationaryMapping.Parameters) -> Void) -> String {
      var parameters = EyerissAlexNet.parameters[layer]
      change(&parameters)
      do {
        _ = try RowStationaryMapping(layers[layer], parameters, on: .eyeriss)
        return "legal"
      } catch { return error.description }
    }
    #expect(
      message(4) { $0.q = 5 } == "layer CONV5: q x S = 15, ifmap spad words: 12; 3 too many; nearest legal: q = 4")
    #expect(message(4) { $0.p = 25 } == "layer CONV5: p = 25, psum spad words: 24; 1 too many; nearest legal: p = 24")
    #expect(
      message(2) { $0.p = 20 }
        == "layer CONV3: p x q x S = 240, filter spad words: 224; 16 too many; nearest legal: p = 18")
    #expect(message(0) { $0.r = 2 } == "layer CONV1: r x R = 22, PE rows: 12; 10 too many; nearest legal: r = 1")
    #expect(
      message(0) { $0.e = 8 }
        == "layer CONV1: t x e = 16, PE columns of all bands: 14; 2 too many; nearest legal: e = 7")
    #expect(message(3) { $0.m = 80 }.contains("GLB banks: 25; 5 too many; nearest legal: m = 66"))
    #expect(message(3) { $0.n = 0 }.hasPrefix("layer CONV4: n = 0, the layer's extent"))
    #expect(message(3) { $0.n = .max }.hasPrefix("layer CONV4: n = 9223372036854775807"))
  }
}
