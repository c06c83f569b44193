import Codecs

/// The hierarchy and geometry blocks of an FST file.
struct FSTHierarchyWriter {
  /// Entries of the hierarchy, uncompressed.
  private(set) var entries: [UInt8] = []
  /// Handle of each signal, from 0 on, in order of declaration; nil for signals without a variable.
  private(set) var handles: [Int?]
  /// Signals in order of their handles.
  private(set) var order: [Int] = []

  private let hierarchy: WaveHierarchy
  /// The number of each table that was declared. GTKWave exits where numbers do not follow each other in the file.
  private var tableNumbers: [Int: Int] = [:]

  init(_ hierarchy: WaveHierarchy) {
    self.hierarchy = hierarchy
    handles = Array(repeating: nil, count: hierarchy.signals.count)
    var variables: [[Int]] = Array(repeating: [], count: hierarchy.scopes.count)
    var children: [[Int]] = Array(repeating: [], count: hierarchy.scopes.count)
    var stack: [(scope: Int, leaves: Bool)] = []
    for (index, scope) in hierarchy.scopes.enumerated().reversed() {
      if let parent = scope.parent { children[parent].append(index) } else { stack.append((index, false)) }
    }
    for (index, variable) in hierarchy.variables.enumerated() {
      if let scope = variable.scope { variables[scope].append(index) } else { append(index) }
    }
    while let (scope, leaves) = stack.popLast() {
      if leaves {
        entries.append(FSTFormat.upscopeTag)
        continue
      }
      entries += [FSTFormat.scopeTag, hierarchy.scopes[scope].kind.rawValue]
      entries.appendTerminated(hierarchy.scopes[scope].name)
      entries.appendTerminated("")
      for variable in variables[scope] { append(variable) }
      stack.append((scope, true))
      // The children were collected last first.
      for child in children[scope] { stack.append((child, false)) }
    }
  }

  private mutating func append(_ index: Int) {
    let variable = hierarchy.variables[index]
    let shape = hierarchy.signals[variable.signal]
    if let table = variable.enumeration { appendReference(to: table) }
    let known = handles[variable.signal]
    if known == nil {
      handles[variable.signal] = order.count
      order.append(variable.signal)
    }
    entries += [Self.type(variable.type, shape).rawValue, 0]
    let range = variable.range.map { $0.first == $0.last ? " [\($0.first)]" : " [\($0.first):\($0.last)]" } ?? ""
    entries.appendTerminated(variable.name + range)
    entries.appendVarint(UInt64(shape == .real ? 8 : shape.bitCount))
    entries.appendVarint(UInt64(known.map { $0 + 1 } ?? 0))
  }

  private static func type(_ type: VariableType, _ shape: SignalShape) -> VariableType {
    switch shape {
    case .real: type.isReal ? type : .real
    case .text: .string
    case .event: .event
    case .bits: type.isReal || type == .string || type == .event || type == .port ? .wire : type
    }
  }

  private mutating func appendReference(to position: Int) {
    let table = hierarchy.enumerations[position]
    let known = tableNumbers[position]
    let number = known ?? tableNumbers.count + 1
    if known == nil {
      tableNumbers[position] = number
      let words = [table.name, "\(table.labels.count)"] + table.labels + table.values
      appendAttribute(words.map(VCDHeader.token).joined(separator: " "), number)
    }
    appendAttribute("", number)
  }

  private mutating func appendAttribute(_ text: String, _ number: Int) {
    entries += [FSTFormat.attributeTag, 0, FSTFormat.enumerationSubtype]
    entries.appendTerminated(text)
    entries.appendVarint(UInt64(number))
  }

  /// The hierarchy block, its entries compressed by LZ4.
  func hierarchyBlock() -> [UInt8] {
    var encoder = LZ4Encoder()
    var compressed: [UInt8] = []
    encoder.compress(entries.span, into: &compressed)
    var block: [UInt8] = [FSTFormat.Block.hierarchyLZ4.rawValue]
    block.appendBigEndian(UInt64(compressed.count + 16))
    block.appendBigEndian(UInt64(entries.count))
    return block + compressed
  }

  /// The geometry block: the length of every signal.
  func geometryBlock() -> [UInt8] {
    var lengths: [UInt8] = []
    for signal in order {
      switch hierarchy.signals[signal] {
      case .real: lengths.appendVarint(0)
      case .text: lengths.appendVarint(FSTFormat.textLength)
      case .event: lengths.appendVarint(1)
      case .bits(let bits): lengths.appendVarint(UInt64(bits))
      }
    }
    let packed = Deflate.compress(lengths, wrapper: .zlib)
    let content = packed.count < lengths.count ? packed : lengths
    var block: [UInt8] = [FSTFormat.Block.geometry.rawValue]
    block.appendBigEndian(UInt64(content.count + 24))
    block.appendBigEndian(UInt64(lengths.count))
    block.appendBigEndian(UInt64(order.count))
    return block + content
  }
}
