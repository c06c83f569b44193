/// What a row-stationary mapping must fit: the array, the spads of a PE, the GLB, and the tags of the multicast networks.
public struct RowStationaryResources: Sendable, Hashable, Codable {
  /// PE rows.
  public var rows: Int
  /// PE columns.
  public var columns: Int
  /// Words of a PE's ifmap spad.
  public var ifmapSpadWords: Int
  /// Words of a PE's filter spad.
  public var filterSpadWords: Int
  /// Words of a PE's psum spad.
  public var psumSpadWords: Int
  /// GLB banks that hold ifmap or psums, each wholly one of the two.
  public var banks: Int
  /// Bytes of one bank, 8 or more.
  public var bankBytes: Int
  /// Bytes of an ifmap element in the GLB.
  public var operandBytes: Int
  /// Bytes of a psum in the GLB.
  public var psumBytes: Int
  /// Bits of the row ID of a multicast controller on a Y-bus, the same in all networks.
  public var rowIDBits: Int
  /// Bits of the column IDs on the X-buses of the filter, ifmap and psum networks.
  public var filterColumnIDBits, ifmapColumnIDBits, psumColumnIDBits: Int

  /// Resources by their parts; ID widths are those of the chip, or wider where the array has more rows or columns.
  public init(
    rows: Int, columns: Int, ifmapSpadWords: Int, filterSpadWords: Int, psumSpadWords: Int, banks: Int, bankBytes: Int,
    operandBytes: Int, psumBytes: Int
  ) {
    (self.rows, self.columns) = (rows, columns)
    precondition(rows > 0 && columns > 0 && bankBytes > 0, "an array has PEs and a bank has bytes")
    self.ifmapSpadWords = ifmapSpadWords
    self.filterSpadWords = filterSpadWords
    self.psumSpadWords = psumSpadWords
    (self.banks, self.bankBytes) = (banks, bankBytes)
    (self.operandBytes, self.psumBytes) = (operandBytes, psumBytes)
    func bits(_ count: Int) -> Int { Int.bitWidth - (count - 1).leadingZeroBitCount }
    rowIDBits = max(4, bits(rows))
    filterColumnIDBits = max(4, bits(columns))
    // The diagonals of an array: as many ifmap rows as it has rows and columns together.
    ifmapColumnIDBits = max(5, bits(rows + columns))
    psumColumnIDBits = filterColumnIDBits
  }

  /// The chip: 12 x 14 PEs, spads of 12, 224 and 24 words, 25 banks of 512 x 64 bits (JSSC 2017, sections III-A, V-A, V-C).
  ///
  /// IDs have 4 bits, those of ifmap columns 5 (section V-B).
  public static let eyeriss = RowStationaryResources(
    rows: 12, columns: 14, ifmapSpadWords: 12, filterSpadWords: 224, psumSpadWords: 24, banks: 25, bankBytes: 4096,
    operandBytes: 2, psumBytes: 2)

  /// Psums of one 64-bit word: of a GLB line, of a link between PEs, of the psum buses.
  public var psumsPerLine: Int { max(1, 8 / psumBytes) }

  /// Places in the GLB for the psums of one window and `filters` filters: no group of them straddles a line.
  public func psumPitch(_ filters: Int) -> Int {
    let line = psumsPerLine
    if filters >= line { return (filters + line - 1) / line * line }
    var pitch = 1
    while pitch < filters { pitch *= 2 }
    return min(pitch, line)
  }
}
