extension AnyTensor {
  /// The elements in row-major order as a memory holds them, little-endian.
  public var littleEndianBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(shape.count * elementType.byteCount)
    NumpyFile.appendElements(self, to: &bytes)
    return bytes
  }

  /// A tensor from `shape.count` little-endian elements in row-major order.
  public init(_ type: ElementType, _ shape: Shape, littleEndianBytes bytes: [UInt8]) {
    precondition(bytes.count == shape.count * type.byteCount, "a tensor has as many bytes as its elements")
    self = RawElements(
      bytes: bytes, offset: 0, type: type, shape: shape, isBigEndian: false, isFortran: false
    ).tensor()
  }
}
