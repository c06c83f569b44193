/// Turns the stored elements of a file into a tensor: copies them, swaps their bytes, and puts them in row-major order.
struct RawElements {
  let bytes: [UInt8]
  /// Offset of the first element; the caller has checked that all of them are there.
  let offset: Int
  let type: ElementType
  let shape: Shape
  let isBigEndian: Bool
  /// Whether the first index runs fastest in the file.
  let isFortran: Bool

  /// The tensor, in row-major order.
  func tensor() -> AnyTensor {
    switch type {
    case .bool: .bool(dense(words(UInt8.self).map { $0 != 0 }))
    case .int8: .int8(dense(words()))
    case .uint8: .uint8(dense(words()))
    case .int16: .int16(dense(words()))
    case .uint16: .uint16(dense(words()))
    case .int32: .int32(dense(words()))
    case .uint32: .uint32(dense(words()))
    case .int64: .int64(dense(words()))
    case .uint64: .uint64(dense(words()))
    case .float16: .float16(dense(words().map { Float16(bitPattern: $0) }))
    case .bfloat16: .bfloat16(dense(words().map { BFloat16(bitPattern: $0) }))
    case .float32: .float32(dense(words().map { Float(bitPattern: $0) }))
    case .float64: .float64(dense(words().map { Double(bitPattern: $0) }))
    }
  }

  private func words<Word: FixedWidthInteger>(_: Word.Type = Word.self) -> [Word] {
    let count = shape.count
    let byteCount = count * MemoryLayout<Word>.size
    precondition(offset + byteCount <= bytes.count, "the elements were checked to be in the file")
    let raw = unsafe [Word](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe bytes.withUnsafeBytes { source in
        let elements = unsafe UnsafeRawBufferPointer(rebasing: source[offset..<(offset + byteCount)])
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: elements)
      }
      initialized = count
    }
    return isBigEndian ? raw.map(Word.init(bigEndian:)) : raw.map(Word.init(littleEndian:))
  }

  private func dense<Element>(_ elements: [Element]) -> Tensor<Element> {
    isFortran ? Tensor(shape, rowMajor(elements)) : Tensor(shape, elements)
  }

  /// Reorders elements whose first index runs fastest, by counting through the row-major indices.
  private func rowMajor<Element>(_ elements: [Element]) -> [Element] {
    let extents = shape.dimensions
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in strides.indices.dropFirst() { strides[axis] = strides[axis - 1] * max(1, extents[axis - 1]) }
    var index = [Int](repeating: 0, count: extents.count)
    var source = 0
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for _ in elements.indices {
      result.append(elements[source])
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        guard index[axis] == extents[axis] else { break }
        source -= strides[axis] * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
