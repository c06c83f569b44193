/// One operand vector as it stands at the vector unit's input: an operand a lane.
public struct VectorOperands: Sendable, Codable, Equatable {
  /// What a lane holds.
  public enum Presence: UInt8, CaseIterable, Sendable, Codable {
    /// Nothing: the lane is idle, or its window's tap lies beyond the padding.
    case absent
    /// An operand.
    case operand
    /// A tap in the padding.
    case padding
  }

  /// Psums, or stored bytes sign- or zero-extended.
  public var values: [Int32]
  /// What each lane holds.
  public var presence: [Presence]
  /// Channel of each psum, which selects its factor.
  public var channels: [Int32]
  /// Lanes whose results are wanted: the first ones.
  public var count = 0
  /// Whether it is the first or the last vector of its results.
  public var isFirst = false
  /// Whether it is the last vector of its results.
  public var isLast = false

  /// An empty vector of `lanes` lanes.
  public init(lanes: Int) {
    values = [Int32](repeating: 0, count: lanes)
    presence = [Presence](repeating: .absent, count: lanes)
    channels = values
  }
}

/// The stored bytes of one result vector, lane by lane.
public struct VectorResult: Sendable, Codable, Equatable {
  /// Bytes; those beyond `count` are 0.
  public var bytes: SIMD64<UInt8>
  /// Lanes in use.
  public var count: Int

  /// A result vector by its parts.
  public init(bytes: SIMD64<UInt8>, count: Int) {
    self.bytes = bytes
    self.count = count
  }

  /// Fills the unused places of links.
  public static let empty = VectorResult(bytes: SIMD64(repeating: 0), count: 0)
}
