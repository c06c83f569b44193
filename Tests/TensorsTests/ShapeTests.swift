import Tensors
import Testing

@Suite struct ShapeTests {
  @Test func stridesAreRowMajor() {
    let shape: Shape = [2, 3, 4]
    #expect(shape.count == 24)
    #expect(shape.strides == [12, 4, 1])
    #expect(shape.description == "2x3x4")
    #expect(Shape([]).count == 1)
  }
}
