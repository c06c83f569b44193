/// Reads an FST file of any producer, block by block, step by step. Source: the format description of libfst.
///
/// Memory is that of one block, unpacked. A file whose writer was killed is read up to its last whole block.
public struct FSTReader: WaveSource {
  /// Scopes, variables and signals of the file.
  public let hierarchy: WaveHierarchy
  /// What a tick of the file is.
  public let timescale: Timescale
  /// Comments in the file.
  public let notes: [String]
  /// What was read although it is not as it should be.
  public private(set) var warnings: [WaveWarning]
  /// The file that is read.
  public var path: String { file.path }

  private let file: InputFile
  private let declarations: FSTDeclarations
  private var nextBlock = 0
  private var block: FSTValueBlock?
  private var lastTime: UInt64 = 0

  /// Opens a file and reads its declarations.
  public init(path: String) throws(WaveError) { try self.init(try InputFile(path: path)) }

  init(_ opened: InputFile) throws(WaveError) {
    file = try Self.unwrapped(opened)
    declarations = try FSTDeclarations(file)
    hierarchy = declarations.hierarchy
    timescale = declarations.timescale
    notes = declarations.notes
    warnings = declarations.warnings
  }

  /// The file itself, or what it holds if it is one block that is compressed as a whole, as GHDL writes.
  private static func unwrapped(_ file: InputFile) throws(WaveError) -> InputFile {
    // Type, length of the block, length of the unpacked file, gzip data.
    let start = try file.bytes(at: 0, count: 17)
    guard start.count == 17, start[0] == FSTFormat.Block.wrapper.rawValue else { return file }
    let length = start[9...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return try InputFile(unpacking: GzipStream(file, from: start.count), limit: length)
  }

  /// Reads the next instant; false at the end of the file.
  public mutating func next(into step: inout WaveStep) throws(WaveError) -> Bool {
    step.removeAll()
    while true {
      if block != nil {
        let place = declarations.valueBlocks[nextBlock - 1]
        switch block?.next(into: &step) {
        case .step:
          if step.time < lastTime {
            warn("time \(step.time) comes after \(lastTime); times never decrease", in: place)
            step.time = lastTime
          }
          lastTime = step.time
          return true
        case .damaged(let problem): throw declarations.failure(place, 0, problem)
        case .end, nil: block = nil
        }
      }
      guard nextBlock < declarations.valueBlocks.count else { return false }
      let place = declarations.valueBlocks[nextBlock]
      let bytes = try file.bytes(at: place.offset, count: place.length)
      do {
        block = try FSTValueBlock(
          bytes, type: place.type, shapes: hierarchy.signals, isFirst: nextBlock == 0,
          realsAreSwapped: declarations.realsAreSwapped)
      } catch {
        throw declarations.failure(place, error.offset, error.message)
      }
      nextBlock += 1
    }
  }

  private mutating func warn(_ message: String, in block: FSTDeclarations.Block) {
    guard warnings.count < WaveWarning.limit else { return }
    warnings.append(WaveWarning(place: .block(block.number, offset: block.offset), message: message))
  }
}
