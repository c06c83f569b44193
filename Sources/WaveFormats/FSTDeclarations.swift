import Codecs
import Tensors

/// What an FST file says before its values: header, geometry, hierarchy, and where the value blocks are.
struct FSTDeclarations {
  /// A block of the file: `offset` is that of its length field.
  struct Block {
    let type: UInt8
    let number: Int
    let offset: Int
    let length: Int
  }

  private(set) var hierarchy = WaveHierarchy()
  private(set) var timescale = Timescale.nanosecond
  private(set) var notes: [String] = []
  private(set) var warnings: [WaveWarning] = []
  private(set) var valueBlocks: [Block] = []
  private(set) var realsAreSwapped = false

  private let file: InputFile

  init(_ file: InputFile) throws(WaveError) {
    self.file = file
    var geometry: Block?
    var declarations: Block?
    var hasHeader = false
    for block in try scan() {
      switch FSTFormat.Block(rawValue: block.type) {
      case .header where !hasHeader:
        hasHeader = true
        try readHeader(block)
      case .geometry: geometry = block
      case .hierarchyGzip, .hierarchyLZ4, .hierarchyLZ4Twice: declarations = block
      case .values, .valuesAlias, .valuesAlias2: valueBlocks.append(block)
      case .wrapper:
        throw failure(
          block, 0, "a file that is compressed as a whole is one block, and what it holds is not compressed so again")
      case .header, .blackout, .skip: break
      case nil: warn(block, "block type \(block.type) is not known")
      }
    }
    guard hasHeader else {
      throw WaveError(file: file.path, kind: .format, "this is no FST file: it has no header block")
    }
    guard let geometry else {
      throw WaveError(file: file.path, kind: .format, "the geometry block is missing: the file was not completed")
    }
    guard let declarations else {
      throw WaveError(file: file.path, kind: .format, "the hierarchy block is missing: the file was not completed")
    }
    try readGeometry(geometry)
    try readHierarchy(declarations)
  }

  func failure(_ block: Block, _ offset: Int, _ message: String) -> WaveError {
    WaveError(file: file.path, place: .block(block.number, offset: block.offset + offset), kind: .format, message)
  }

  private mutating func warn(_ block: Block, _ message: String) {
    guard warnings.count < WaveWarning.limit else { return }
    warnings.append(WaveWarning(place: .block(block.number, offset: block.offset), message: message))
  }

  private mutating func scan() throws(WaveError) -> [Block] {
    var blocks: [Block] = []
    var offset = 0
    while offset < file.size {
      let start = try file.bytes(at: offset, count: 9)
      guard start.count == 9 else {
        warnings.append(
          WaveWarning(place: .block(blocks.count, offset: offset), message: "the file ends within a block's head"))
        break
      }
      let length = start[1...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let block = Block(type: start[0], number: blocks.count, offset: offset + 1, length: Int(clamping: length))
      guard length >= 8 else {
        throw failure(block, 0, "a block of \(length) bytes is too short; its length field alone has 8")
      }
      guard block.length <= file.size - offset - 1 else {
        warn(block, "the file ends \(block.length - (file.size - offset - 1)) bytes before its last block does")
        break
      }
      blocks.append(block)
      offset += 1 + block.length
    }
    return blocks
  }

  private mutating func readHeader(_ block: Block) throws(WaveError) {
    let bytes = try file.bytes(at: block.offset, count: min(block.length, FSTFormat.headerLength))
    guard bytes.count == FSTFormat.headerLength else {
      throw failure(block, 0, "the header has \(bytes.count) bytes instead of \(FSTFormat.headerLength)")
    }
    let euler = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[24 + 7 - $1]) }
    if euler == FSTFormat.euler.bitPattern.byteSwapped {
      realsAreSwapped = true
    } else if euler != FSTFormat.euler.bitPattern {
      throw failure(block, 24, "the byte order of reals cannot be told")
    }
    let exponent = Int(Int8(bitPattern: bytes[72]))
    timescale = Timescale(exponent: exponent)
    if timescale.exponent != exponent { warn(block, "a tick of 10^\(exponent) s is taken as \(timescale)") }
    for range in [73..<201, 201..<320] {
      let text = String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self)
      if !text.isEmpty { notes.append(text.filter { !$0.isNewline }) }
    }
  }

  private mutating func readGeometry(_ block: Block) throws(WaveError) {
    var head = ByteCursor(try file.bytes(at: block.offset, count: 24))
    guard head.bigEndian() != nil, let size = head.bigEndian(), let count = head.bigEndian() else {
      throw failure(block, 8, "the geometry block is cut short")
    }
    let content = try file.bytes(at: block.offset + 24, count: block.length - 24)
    let lengths: [UInt8] = try size == UInt64(content.count) ? content : inflate(content, size, block)
    var cursor = ByteCursor(lengths)
    guard count <= UInt64(lengths.count) else {
      throw failure(block, 16, "\(lengths.count) bytes cannot hold the lengths of \(count) signals")
    }
    for _ in 0..<count {
      guard let length = cursor.varint() else { throw failure(block, 24, "the signals' lengths end early") }
      switch length {
      case 0: hierarchy.signals.append(.real)
      case FSTFormat.textLength: hierarchy.signals.append(.text)
      case ...UInt64(VCDHeaderReader.widestVector): hierarchy.signals.append(.bits(Int(length)))
      default:
        throw failure(
          block, 24, "a signal has \(length) bits; \(VCDHeaderReader.widestVector) are the most that is read")
      }
    }
  }

  private func inflate(_ content: [UInt8], _ size: UInt64, _ block: Block) throws(WaveError) -> [UInt8] {
    guard size <= UInt64(content.count) * 1032 + 64 else {
      throw failure(block, 8, "\(content.count) bytes cannot expand to \(size)")
    }
    do {
      return try Zlib.decompress(content, count: Int(size))
    } catch {
      throw failure(block, 24, "the compressed data are damaged: \(error.problem)")
    }
  }
}

// MARK: - Hierarchy

extension FSTDeclarations {
  private mutating func readHierarchy(_ block: Block) throws(WaveError) {
    let content = try file.bytes(at: block.offset, count: block.length)
    var cursor = ByteCursor(content)
    guard cursor.bigEndian() != nil, let size = cursor.bigEndian(), size <= UInt64(content.count) * 255 * 255 + 1024
    else {
      throw failure(block, 8, "the hierarchy block is cut short, or cannot be as large as it says")
    }
    let count = Int(size)
    var entries: [UInt8]?
    switch FSTFormat.Block(rawValue: block.type) {
    case .hierarchyGzip:
      entries = try unzip(Array(content[16...]), count, block)
    case .hierarchyLZ4Twice:
      if let once = cursor.bigEndian(), once <= UInt64(content.count) * 255 + 64,
        let outer = BlockDecoder.lz4(content[24...], count: Int(once))
      {
        entries = BlockDecoder.lz4(outer[...], count: count)
      }
    default: entries = BlockDecoder.lz4(content[16...], count: count)
    }
    guard let entries else { throw failure(block, 16, "the compressed hierarchy is damaged") }
    var parser = FSTHierarchyParser(entries, hierarchy)
    guard parser.parse() else {
      throw failure(
        block, 16, "entry at byte \(parser.position) of the unpacked hierarchy is not valid: \(parser.problem)")
    }
    hierarchy = parser.hierarchy
    notes += parser.notes
  }

  private func unzip(_ content: [UInt8], _ count: Int, _ block: Block) throws(WaveError) -> [UInt8]? {
    guard content.count > 18, count / 1032 <= content.count else { return nil }
    var inflate = Inflate(content, wrapper: .gzip, file: file.path)
    do throws(InputError) {
      let entries = try inflate.read(count)
      return entries.count == count ? entries : nil
    } catch {
      throw failure(block, 16, "the compressed hierarchy is damaged: \(error.problem)")
    }
  }
}

/// Reads the entries of an unpacked hierarchy.
struct FSTHierarchyParser {
  private(set) var hierarchy: WaveHierarchy
  private(set) var notes: [String] = []
  private(set) var problem = ""

  private var cursor: ByteCursor
  private var scopes: [Int] = []
  private var tables: [UInt64: Int] = [:]
  private var pendingTable: Int?
  private var nextHandle = 0

  init(_ entries: [UInt8], _ hierarchy: WaveHierarchy) {
    cursor = ByteCursor(entries)
    self.hierarchy = hierarchy
  }

  var position: Int { cursor.position }

  /// Reads everything; false at an entry that is not valid.
  mutating func parse() -> Bool {
    while let tag = cursor.byte() {
      let isValid: Bool =
        switch tag {
        case FSTFormat.scopeTag: parseScope()
        case FSTFormat.upscopeTag: scopes.popLast() != nil || true
        case FSTFormat.attributeTag: parseAttribute()
        case FSTFormat.attributeEndTag: true
        default: parseVariable(tag)
        }
      if !isValid { return false }
    }
    return true
  }

  private mutating func parseScope() -> Bool {
    guard let kind = cursor.byte(), let name = cursor.terminated(), cursor.terminated() != nil else {
      problem = "a scope is cut short"
      return false
    }
    hierarchy.scopes.append(
      WaveHierarchy.Scope(name: name, kind: ScopeKind(rawValue: kind) ?? .module, parent: scopes.last))
    scopes.append(hierarchy.scopes.count - 1)
    return true
  }

  private mutating func parseVariable(_ tag: UInt8) -> Bool {
    guard let type = VariableType(rawValue: tag), cursor.byte() != nil, let name = cursor.terminated(),
      cursor.varint() != nil, let alias = cursor.varint()
    else {
      problem = "a variable is cut short, or of unknown type \(tag)"
      return false
    }
    let signal = alias == 0 ? nextHandle : Int(clamping: alias) - 1
    if alias == 0 { nextHandle += 1 }
    guard signal < hierarchy.signals.count else {
      problem = "variable \(name) refers to signal \(signal) of \(hierarchy.signals.count)"
      return false
    }
    let words = name.split(separator: " ").map(String.init)
    let (plain, range) = VCDHeaderReader.split(words[...])
    if type == .event, hierarchy.signals[signal] == .bits(1) { hierarchy.signals[signal] = .event }
    hierarchy.variables.append(
      WaveHierarchy.Variable(
        name: plain, scope: scopes.last, type: type, range: range, signal: signal, enumeration: pendingTable))
    pendingTable = nil
    return true
  }

  private mutating func parseAttribute() -> Bool {
    guard let type = cursor.byte(), let subtype = cursor.byte(), let text = cursor.terminated(),
      let number = cursor.varint()
    else {
      problem = "an attribute is cut short"
      return false
    }
    guard type == 0 else { return true }
    if subtype == 0, !text.isEmpty { notes.append(text) }
    guard subtype == FSTFormat.enumerationSubtype else { return true }
    if text.isEmpty {
      pendingTable = tables[number]
      return true
    }
    let words = text.split(separator: " ").map { String(decoding: VCDReader.unescaped(Array($0.utf8)), as: UTF8.self) }
    if words.count >= 2, let count = Int(words[1]), count >= 0, count <= words.count, words.count == 2 + 2 * count {
      tables[number] = hierarchy.enumerations.count
      hierarchy.enumerations.append(
        WaveEnumeration(name: words[0], labels: Array(words[2..<2 + count]), values: Array(words[(2 + count)...])))
    }
    return true
  }
}
