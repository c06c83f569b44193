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
    if let geometry { try readGeometry(geometry) }
    try readHierarchy(declarations, hasGeometry: geometry != nil)
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
      if block.type == FSTFormat.Block.skip.rawValue, length == 0 {
        warn(block, "the file was not completed by its writer; it ends here")
        break
      }
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
  /// Reads the hierarchy from its block; or from the file beside this one in which a writer that was killed had it.
  private mutating func readHierarchy(_ block: Block?, hasGeometry: Bool) throws(WaveError) {
    guard let block else {
      let side = try sideFile()
      guard let fault = read(side.entries, hasGeometry: hasGeometry) else { return }
      throw WaveError(
        file: side.path, place: .block(0, offset: fault.position), kind: .format,
        "entry at byte \(fault.position) is not valid: \(fault.problem)")
    }
    if let fault = read(try unpackHierarchy(block), hasGeometry: hasGeometry) {
      throw failure(
        block, 16, "entry at byte \(fault.position) of the unpacked hierarchy is not valid: \(fault.problem)")
    }
  }

  /// Reads the entries of a hierarchy, and returns where one is not valid.
  private mutating func read(_ entries: [UInt8], hasGeometry: Bool) -> (position: Int, problem: String)? {
    var parser = FSTHierarchyParser(entries, hierarchy, declaresSignals: !hasGeometry)
    guard parser.parse() else { return (parser.position, parser.problem) }
    hierarchy = parser.hierarchy
    notes += parser.notes
    return nil
  }

  private func sideFile() throws(WaveError) -> (path: String, entries: [UInt8]) {
    let path = file.path + ".hier"
    do throws(WaveError) {
      let side = try InputFile(path: path)
      return (path, try side.bytes(at: 0, count: side.size))
    } catch {
      throw WaveError(
        file: file.path, kind: .format,
        "the hierarchy block is missing: the file was not completed, and there is no \(path) from its writer")
    }
  }

  private func unpackHierarchy(_ block: Block) throws(WaveError) -> [UInt8] {
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
      if let once = cursor.varint(), once <= UInt64(content.count) * 255 + 64,
        let outer = BlockDecoder.lz4(content[cursor.position...], count: Int(once))
      {
        entries = BlockDecoder.lz4(outer[...], count: count)
      }
    default: entries = BlockDecoder.lz4(content[16...], count: count)
    }
    guard let entries else { throw failure(block, 16, "the compressed hierarchy is damaged") }
    return entries
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
