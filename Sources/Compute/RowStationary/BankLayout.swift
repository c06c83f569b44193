/// Where a PE's spads and FIFOs lie in its stretches of the two banks, of 16-bit operands and of psums.
struct BankLayout: Sendable, Codable {
  /// Words of a 64-bit flit: operands, or psums of the narrower kind.
  static let flitWords = 4
  /// Words behind a spad that a vector may cover which begins at its last word.
  static let vectorOverhang = PsumVector.scalarCount - 1

  let ifmapWords, filterWords, psumWords: Int
  let ifmapDepth, filterDepth, psumInDepth, psumOutDepth: Int
  /// Where the parts of a PE's operands begin, and their end. The filter spad is first.
  let ifmapSpad, ifmapFIFO, filterFIFO: Int
  /// Words of each flit of the filter FIFO.
  let flitCounts: Int
  let operands: Int
  /// Where the parts of a PE's psums begin, and their end. The spad is first.
  let psumIn, psumOut, psums: Int

  init(_ spec: RowStationaryArray.Spec) {
    (ifmapWords, filterWords, psumWords) = (spec.ifmapSpadWords, spec.filterSpadWords, spec.psumSpadWords)
    (ifmapDepth, filterDepth) = (spec.ifmapFIFODepth, spec.filterFIFODepth)
    (psumInDepth, psumOutDepth) = (spec.psumInputFIFODepth, spec.psumOutputFIFODepth)
    ifmapSpad = filterWords + Self.vectorOverhang
    ifmapFIFO = ifmapSpad + ifmapWords
    filterFIFO = ifmapFIFO + ifmapDepth
    flitCounts = filterFIFO + filterDepth * Self.flitWords
    operands = flitCounts + filterDepth
    psumIn = psumWords + Self.vectorOverhang
    psumOut = psumIn + psumInDepth * Self.flitWords
    psums = psumOut + psumOutDepth * Self.flitWords
  }
}
