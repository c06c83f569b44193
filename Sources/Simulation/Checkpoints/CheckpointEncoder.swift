/// Writes any `Encodable` value as bytes; arrays of whole numbers are packed.
struct CheckpointEncoder: Encoder {
  /// What has been written in one place: bytes, and between them places that are still open.
  final class Node {
    enum Kind { case value, keyed, list }

    var kind = Kind.value
    var written = CheckpointBytes()
    var count = 0
    var inner: [(offset: Int, node: Node)] = []

    func addNode() -> Node {
      let node = Node()
      inner.append((written.bytes.count, node))
      return node
    }

    func append(to file: inout CheckpointBytes) {
      let start = file.bytes.count
      if kind != .value {
        file.append(kind == .keyed ? .keyed : .list)
        file.append(fixed: 0, bytes: 8)
        file.append(variable: UInt64(count))
      }
      var offset = 0
      for (next, node) in inner {
        file.bytes += written.bytes[offset..<next]
        node.append(to: &file)
        offset = next
      }
      file.bytes += written.bytes[offset...]
      guard kind != .value else { return }
      var length = CheckpointBytes()
      length.append(fixed: UInt64(file.bytes.count - start - 9), bytes: 8)
      file.bytes.replaceSubrange(start + 1..<start + 9, with: length.bytes)
    }
  }

  let node: Node
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The bytes of a value.
  static func bytes(of value: some Encodable) throws -> [UInt8] {
    let node = Node()
    try CheckpointEncoder(node: node).write(value)
    var file = CheckpointBytes()
    node.append(to: &file)
    return file.bytes
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.kind = .keyed
    return KeyedEncodingContainer(Keyed(node: node))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.kind = .list
    return List(node: node)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }

  /// Writes a value into this encoder's place.
  func write<Value: Encodable>(_ value: Value) throws {
    // Types are compared first: an empty array can be cast to an array of anything.
    switch Value.self {
    case is [UInt8].Type: node.written.append(numbers: value as! [UInt8])
    case is [Int16].Type: node.written.append(numbers: value as! [Int16])
    case is [Int32].Type: node.written.append(numbers: value as! [Int32])
    case is [UInt32].Type: node.written.append(numbers: value as! [UInt32])
    case is [UInt64].Type: node.written.append(numbers: value as! [UInt64])
    case is [Int].Type: node.written.append(numbers: value as! [Int])
    default: try value.encode(to: self)
    }
  }
}

// MARK: - Containers

extension CheckpointEncoder {
  struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: Key) {
      node.count += 1
      node.written.append(text: key.stringValue)
    }

    private func place(_ key: Key) -> CheckpointEncoder {
      begin(key)
      return CheckpointEncoder(node: node.addNode())
    }

    func encodeNil(forKey key: Key) {
      begin(key)
      node.written.append(.null)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try place(key).write(value) }

    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { place(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { place(key).unkeyedContainer() }

    func superEncoder() -> any Encoder { preconditionFailure("models inherit nothing") }
    func superEncoder(forKey key: Key) -> any Encoder { place(key) }
  }

  struct List: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.count }

    private func place() -> CheckpointEncoder {
      node.count += 1
      return CheckpointEncoder(node: node.addNode())
    }

    func encodeNil() {
      node.count += 1
      node.written.append(.null)
    }

    func encode<Value: Encodable>(_ value: Value) throws { try place().write(value) }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
      place().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { place().unkeyedContainer() }
    func superEncoder() -> any Encoder { place() }
  }

  struct Single: SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.written.append(.null) }
    func encode(_ value: Bool) { node.written.append(value ? .yes : .no) }

    func encode(_ value: String) {
      node.written.append(.text)
      node.written.append(text: value)
    }

    func encode(_ value: Double) {
      node.written.append(.real)
      node.written.append(fixed: value.bitPattern, bytes: 8)
    }

    // Every binary32 number is a binary64 number.
    func encode(_ value: Float) { encode(Double(value)) }
    func encode(_ value: Int) { node.written.append(integer: value) }
    func encode(_ value: Int8) { node.written.append(integer: value) }
    func encode(_ value: Int16) { node.written.append(integer: value) }
    func encode(_ value: Int32) { node.written.append(integer: value) }
    func encode(_ value: Int64) { node.written.append(integer: value) }
    func encode(_ value: UInt) { node.written.append(integer: value) }
    func encode(_ value: UInt8) { node.written.append(integer: value) }
    func encode(_ value: UInt16) { node.written.append(integer: value) }
    func encode(_ value: UInt32) { node.written.append(integer: value) }
    func encode(_ value: UInt64) { node.written.append(integer: value) }
    func encode<Value: Encodable>(_ value: Value) throws { try CheckpointEncoder(node: node).write(value) }
  }
}
