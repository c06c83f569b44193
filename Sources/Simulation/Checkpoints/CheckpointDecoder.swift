/// Reads what `CheckpointEncoder` has written.
struct CheckpointDecoder: Decoder {
  /// At the tag of the value.
  let reader: CheckpointReader
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The value of the given bytes, all of them.
  static func value<Value: Decodable>(_ type: Value.Type, from bytes: ArraySlice<UInt8>) throws -> Value {
    let reader = CheckpointReader(bytes)
    var end = reader
    try end.skip()
    guard end.isAtEnd else { throw end.failure("something follows the state") }
    return try CheckpointDecoder(reader: reader).read(type)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try Keyed<Key>(reader))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try List(reader) }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(reader: reader) }

  /// Reads a value from this decoder's place.
  func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    var reader = reader
    switch type {
    case is [UInt8].Type: return try reader.numbers(UInt8.self) as! Value
    case is [Int16].Type: return try reader.numbers(Int16.self) as! Value
    case is [Int32].Type: return try reader.numbers(Int32.self) as! Value
    case is [UInt32].Type: return try reader.numbers(UInt32.self) as! Value
    case is [UInt64].Type: return try reader.numbers(UInt64.self) as! Value
    case is [Int].Type: return try reader.numbers(Int.self) as! Value
    default: return try Value(from: self)
    }
  }
}

// MARK: - Containers

extension CheckpointDecoder {
  struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private var values: [String: CheckpointReader] = [:]
    private let start: CheckpointReader
    var codingPath: [any CodingKey] { [] }
    /// In the order of writing.
    private(set) var allKeys: [Key] = []

    init(_ reader: CheckpointReader) throws(CheckpointError) {
      start = reader
      var reader = reader
      guard try reader.tag() == .keyed else { throw start.failure("a value with keys is expected") }
      var inner = CheckpointReader(try reader.contents())
      let count = try inner.variable()
      while !inner.isAtEnd {
        let key = try inner.text()
        values[key] = inner
        if let key = Key(stringValue: key) { allKeys.append(key) }
        try inner.skip()
      }
      guard count == UInt64(values.count) else { throw start.failure("a key is there twice or missing") }
    }

    private func decoder(_ key: Key) throws(CheckpointError) -> CheckpointDecoder {
      guard let reader = values[key.stringValue] else {
        throw start.failure("there is no \(key.stringValue): another version of this program saved the run")
      }
      return CheckpointDecoder(reader: reader)
    }

    func contains(_ key: Key) -> Bool { values[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool {
      var reader = try decoder(key).reader
      return try reader.tag() == .null
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try decoder(key).read(type)
    }

    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> { try decoder(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { throw start.failure("models inherit nothing") }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
  }

  struct List: UnkeyedDecodingContainer {
    private var reader: CheckpointReader
    let count: Int?
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var isAtEnd: Bool { reader.isAtEnd }

    init(_ reader: CheckpointReader) throws(CheckpointError) {
      var outer = reader
      guard try outer.tag() == .list else { throw reader.failure("a list is expected") }
      var inner = CheckpointReader(try outer.contents())
      // Every value takes a byte at least.
      count = try inner.length()
      self.reader = inner
    }

    private mutating func next() throws -> CheckpointDecoder {
      let decoder = CheckpointDecoder(reader: reader)
      try reader.skip()
      currentIndex += 1
      return decoder
    }

    mutating func decodeNil() throws -> Bool {
      var probe = reader
      guard try probe.tag() == .null else { return false }
      _ = try next()
      return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().read(type) }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) throws -> KeyedDecodingContainer<Inner> {
      try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
  }

  struct Single: SingleValueDecodingContainer {
    let reader: CheckpointReader
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool {
      var reader = reader
      return (try? reader.tag()) == .null
    }

    func decode(_ type: Bool.Type) throws -> Bool {
      var reader = reader
      switch try reader.tag() {
      case .yes: return true
      case .no: return false
      case .null, .integer, .unsigned, .real, .text, .keyed, .list, .numbers:
        throw self.reader.failure("a Bool is expected")
      }
    }

    func decode(_ type: String.Type) throws -> String {
      var reader = reader
      guard try reader.tag() == .text else { throw self.reader.failure("a text is expected") }
      return try reader.text()
    }

    func decode(_ type: Double.Type) throws -> Double {
      var reader = reader
      guard try reader.tag() == .real else { throw self.reader.failure("a real number is expected") }
      return Double(bitPattern: try reader.fixed(bytes: 8))
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    private func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
      var reader = reader
      return try reader.integer(type)
    }

    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try CheckpointDecoder(reader: reader).read(type)
    }
  }
}
