/// The registers of one row-stationary PE, but for the words of its spads and FIFOs, which lie in banks of the array.
///
/// ```
///   ifmap FIFO  -> ifmap spad --+                            psum from GIN or LN -> FIFO --+
///                               |-> stage 1 -> multiply -> stage 2 -> [ add ] <-> psum spad |
///   filter FIFO -> filter spad -+       <- ---------------------------------------- <------ +
///                                                                 [ add ] -> output FIFO -> LN or GON
/// ```
/// Control issues one operation a cycle: a MAC for each tap, channel and filter of a window (filters innermost, then channels,
/// then taps), then one addition a filter that joins the window's psum with the one from below. Both spads for operands are
/// rings: words that no further window needs leave room for those that come next (JSSC 2017, sections IV-A and V-C).
struct RowStationaryPE: Sendable, Codable, Equatable {
  /// What the control is about.
  enum Phase: UInt8, CaseIterable, Sendable, Codable { case off, mac, accumulate }

  /// An operation on its way through the pipeline.
  enum Operation: UInt8, CaseIterable, Sendable, Codable {
    case none, mac, gated, accumulate, accumulateLast

    /// Whether a psum from elsewhere is added instead of a product.
    @inline(__always)
    var isAccumulation: Bool { rawValue >= Operation.accumulate.rawValue }
  }

  // Ordered by width: 64 bytes, so that few cache lines hold a PE.

  /// Behind the multiplier: a product, or the psum that came in.
  var product: Int32 = 0
  /// Behind the input FIFO: the psum from below.
  var psumIn1: Int32 = 0
  /// Windows left in this row, this one included; rows left in this pass; passes left.
  var windowsLeft: Int32 = 0
  var rowsLeft: Int32 = 0
  var passesLeft: Int32 = 0

  /// Behind the spads. The ifmap word is read once and held for all filters.
  var ifmap1: Int16 = 0
  var weight1: Int16 = 0
  /// Word of the window of the next MAC.
  var tap: Int16 = 0
  /// Word of the pass's filters of the next MAC.
  var weight: Int16 = 0
  /// The window's first word in the ring, words from there on, and words of them that are no longer needed.
  var ifmapHead: Int16 = 0
  var ifmapCount: Int16 = 0
  var ifmapDropped: Int16 = 0
  /// The same of the pass's filters.
  var filterHead: Int16 = 0
  var filterCount: Int16 = 0
  var filterDropped: Int16 = 0

  // What the pipeline does, and for which filter.
  var operation2 = Operation.none
  var filter2: UInt8 = 0
  var operation1 = Operation.none
  var filter1: UInt8 = 0

  var phase = Phase.off
  /// Filter of the next operation.
  var filter: UInt8 = 0
  /// Filters of this pass, and of the last one.
  var filters: UInt8 = 0
  var lastFilters: UInt8 = 0
  /// Channels of this PE.
  var channels: UInt8 = 0
  /// Channel of the next MAC.
  var channel: UInt8 = 0
  /// Whether a psum comes from below.
  var takesPsum = false
  /// Windows that end a row of the ifmap, and a pass: all of their words leave.
  var endsRow = false
  var endsPass = false

  // FIFOs: first place and places in use.
  var ifmapFIFOHead: UInt8 = 0
  var ifmapFIFOCount: UInt8 = 0
  var filterFIFOHead: UInt8 = 0
  var filterFIFOCount: UInt8 = 0
  /// Words taken from the front flit of the filter FIFO.
  var filterFlitTaken: UInt8 = 0
  var psumInHead: UInt8 = 0
  var psumInCount: UInt8 = 0
  var psumOutHead: UInt8 = 0
  var psumOutCount: UInt8 = 0
  /// Output places promised to operations in the pipeline.
  var psumOutPromised: UInt8 = 0

  /// Whether nothing is under way in the pipeline.
  @inline(__always)
  var isPipelineEmpty: Bool { operation1 == .none && operation2 == .none }
}
