import Testing

@testable import Workloads

@Suite struct LayerElementTests {
  @Test func elementsAreWrittenInTheFieldsLetters() throws {
    let layer = try ConvolutionLayer(
      name: "l", inputChannels: 3, inputHeight: 40, inputWidth: 50, filters: 4, filterHeight: 3, filterWidth: 3)
    #expect(layer.text(.ifmap(n: 0, c: 2, h: 39, w: 7)) == "n=0 c=2 h=39 w=7")
    #expect(layer.text(.ifmap(n: 0, c: 2, h: -1, w: 7)) == "padding")
    #expect(layer.text(.ifmap(n: 0, c: 2, h: 40, w: 7)) == "padding")
    #expect(layer.text(.filter(m: 3, c: 10, r: 2, s: 1)) == "m=3 c=10 r=2 s=1")
    #expect(layer.text(.psum(n: 1, m: .max, p: -20, q: .min)) == "n=1 m=\(Int.max) p=-20 q=\(Int.min)")
  }
}
