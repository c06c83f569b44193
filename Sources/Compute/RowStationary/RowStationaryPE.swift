/// The control of one row-stationary PE: registers that change when a tap, a window or a word ends or begins.
///
/// Those of the data path, which change every cycle, are its `pipeline`; words of spads and FIFOs lie in banks of the array.
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

    /// An addition, the last of its flit or not.
    @inline(__always)
    var isAddition: Bool { rawValue >= Operation.accumulate.rawValue }
  }

  /// What a PE does in every cycle until something happens to it.
  enum Standing: UInt8, CaseIterable, Sendable, Codable {
    case none, mac, gated, waitIfmap, waitFilter, accumulate, waitPsum, waitOutput

    /// What the data path issues meanwhile.
    @inline(__always)
    var operation: Operation {
      switch self {
      case .none, .waitIfmap, .waitFilter, .waitPsum, .waitOutput: .none
      case .mac: .mac
      case .gated: .gated
      case .accumulate: .accumulate
      }
    }
  }

  /// The data path, up to the edge at which control last acted.
  var pipeline = PEPipeline()

  // Ordered by width.

  /// Windows left in this row, this one included; rows left in this pass; passes left.
  var windowsLeft: Int32 = 0
  var rowsLeft: Int32 = 0
  var passesLeft: Int32 = 0

  /// Word of the window of the next MAC.
  var tap: Int16 = 0
  /// Word of the pass's filters that the tap's first filter reads.
  var weight: Int16 = 0
  /// The window's first word in the ring, words from there on, and words of them that are no longer needed.
  var ifmapHead: Int16 = 0
  var ifmapCount: Int16 = 0
  var ifmapDropped: Int16 = 0
  /// The same of the pass's filters.
  var filterHead: Int16 = 0
  var filterCount: Int16 = 0
  var filterDropped: Int16 = 0

  var phase = Phase.off
  var standing = Standing.none
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
}
