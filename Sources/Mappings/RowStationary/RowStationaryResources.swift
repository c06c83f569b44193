/// What a row-stationary mapping must fit: the array, the spads of a PE, and the GLB.
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
  /// Bytes of one bank, 1 or more.
  public var bankBytes: Int
  /// Bytes of an ifmap element in the GLB.
  public var operandBytes: Int
  /// Bytes of a psum in the GLB.
  public var psumBytes: Int

  /// Resources by their parts.
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
  }

  /// The chip: 12 x 14 PEs, spads of 12, 224 and 24 words, 25 banks of 512 x 64 bits (JSSC 2017, sections III-A, V-A, V-C).
  public static let eyeriss = RowStationaryResources(
    rows: 12, columns: 14, ifmapSpadWords: 12, filterSpadWords: 224, psumSpadWords: 24, banks: 25, bankBytes: 4096,
    operandBytes: 2, psumBytes: 2)
}
