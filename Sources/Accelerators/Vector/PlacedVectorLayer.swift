public import Compute
public import Memory

/// A layer that the vector unit executes alone, tile by tile, and where its tensors lie off chip.
///
/// It never changes, so machines and snapshots share one.
public final class PlacedVectorLayer: Sendable, Codable {
  /// What one half of the vector buffer holds, and what is made of it.
  public struct Tile: Sendable, Codable, Equatable {
    /// Loads into the half; the last one completes the tile.
    public var loads: [Transfer]
    /// The results.
    public var job: VectorJob
  }

  /// What reports call it.
  public let name: String
  /// What the unit computes.
  public let operation: VectorOperation
  /// The load of its table; nil where it has none.
  public let parameterLoad: Transfer?
  /// Its tiles in order; tile i uses half i mod 2.
  public let tiles: [Tile]

  /// A layer by its parts.
  public init(name: String, operation: VectorOperation, parameterLoad: Transfer?, tiles: [Tile]) {
    self.name = name
    self.operation = operation
    self.parameterLoad = parameterLoad
    self.tiles = tiles
  }
}
