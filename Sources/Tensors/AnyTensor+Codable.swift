extension AnyTensor: Codable {
  private enum CodingKeys: CodingKey { case elementType, dimensions, bytes }

  /// A tensor as it was encoded; throws where its bytes are not those of its extents.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let elementType = try values.decode(ElementType.self, forKey: .elementType)
    let dimensions = try values.decode([Int].self, forKey: .dimensions)
    let bytes = try values.decode([UInt8].self, forKey: .bytes)
    var size: Int? = elementType.byteCount
    for extent in dimensions {
      let (product, overflows) = (size ?? 0).multipliedReportingOverflow(by: extent)
      size = overflows || extent < 0 ? nil : product
      if size == nil { break }
    }
    guard size == bytes.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .bytes, in: values, debugDescription: "as many bytes as elements of the extents")
    }
    self.init(elementType, Shape(dimensions), littleEndianBytes: bytes)
  }

  /// Encodes element type, extents, and the elements as a memory holds them.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(elementType, forKey: .elementType)
    try values.encode(shape.dimensions, forKey: .dimensions)
    try values.encode(littleEndianBytes, forKey: .bytes)
  }
}
