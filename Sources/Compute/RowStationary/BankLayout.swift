/// Where a PE's spads and FIFOs lie in its stretches of the two banks, of 16-bit operands and of psums.
struct BankLayout: Sendable {
  /// Words of a 64-bit flit: operands, or psums of the narrower kind.
  static let flitWords = 4

  let ifmapWords, filterWords, psumWords: Int
  let ifmapDepth, filterDepth, psumInDepth, psumOutDepth: Int

  init(_ spec: RowStationaryArray.Spec) {
    (ifmapWords, filterWords, psumWords) = (spec.ifmapSpadWords, spec.filterSpadWords, spec.psumSpadWords)
    (ifmapDepth, filterDepth) = (spec.ifmapFIFODepth, spec.filterFIFODepth)
    (psumInDepth, psumOutDepth) = (spec.psumInputFIFODepth, spec.psumOutputFIFODepth)
  }

  // Operands of a PE: filter spad, ifmap spad, ifmap FIFO, flits of the filter FIFO, words of each of these flits.
  var operands: Int { flitCounts + filterDepth }
  var filterSpad: Int { 0 }
  var ifmapSpad: Int { filterWords }
  var ifmapFIFO: Int { ifmapSpad + ifmapWords }
  var filterFIFO: Int { ifmapFIFO + ifmapDepth }
  var flitCounts: Int { filterFIFO + filterDepth * Self.flitWords }

  // Psums of a PE: spad, flits of the input FIFO, flits of the output FIFO.
  var psums: Int { psumOut + psumOutDepth * Self.flitWords }
  var psumSpad: Int { 0 }
  var psumIn: Int { psumWords }
  var psumOut: Int { psumIn + psumInDepth * Self.flitWords }
}
