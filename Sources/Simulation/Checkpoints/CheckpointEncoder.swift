/// Writes any `Encodable` value as bytes; arrays of whole numbers are packed.
struct CheckpointEncoder: Encoder {
  /// What has been written in one place: a value's bytes, or the places within it.
  final class Node {
    enum Kind { case value, keyed, list }

    var kind = Kind.value
    var written = CheckpointBytes()
    private var inner: [(key: String, node: Node)] = []
    var count: Int { inner.count }

    func addNode(_ key: String = "") -> Node {
      let node = Node()
      inner.append((key, node))
      return node
    }

    func append(to file: inout CheckpointBytes) {
      guard kind != .value else {
        file.bytes += written.bytes
        return
      }
      let start = file.bytes.count
      file.append(kind == .keyed ? .keyed : .list)
      file.append(fixed: 0, bytes: 8)
      file.append(variable: UInt64(count))
      // The keys of a dictionary come in an order that changes from process to process.
      for (key, node) in kind == .keyed ? inner.sorted(by: { $0.key < $1.key }) : inner {
        if kind == .keyed { file.append(text: key) }
        node.append(to: &file)
      }
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

    private func place(_ key: Key) -> CheckpointEncoder { CheckpointEncoder(node: node.addNode(key.stringValue)) }

    func encodeNil(forKey key: Key) { place(key).node.written.append(.null) }

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

    private func place() -> CheckpointEncoder { CheckpointEncoder(node: node.addNode()) }

    func encodeNil() { place().node.written.append(.null) }

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
