/// Whether a signal is stored or computed within the cycle.
public enum SignalKind: Sendable {
  /// State n of the block: changes only at a clock edge.
  case register
  /// A function of state n, such as `fire` or `ready`.
  case wire
  /// Words for the reader that no hardware holds, such as the tensor element in a register. Of a grid of annotations, only
  /// the first row is traced by default.
  case annotation
  /// The same, of whose grid only the first column is traced by default: for arrays whose data climb the columns.
  case columnAnnotation
}

/// One column of a block's signals: the same register of every element (of every PE, lane or bank), declared once.
///
/// The declaration names the signal, says what it means, and reads it. Scopes, waveforms, stepping, state comparison and the
/// C interface all derive from it; models themselves hold no tracing code.
public struct SignalColumn<Block>: Sendable {
  /// The signal's name: letters, digits and `_`. It may depend on how the block was built.
  public let name: @Sendable (borrowing Block) -> String
  /// One sentence for whoever meets the signal in a list.
  public let meaning: String
  /// Stored or computed.
  public let kind: SignalKind
  /// What the bits mean, which may depend on how the block was built.
  public let format: @Sendable (borrowing Block) -> SignalFormat
  /// How many elements there are.
  public let extent: @Sendable (borrowing Block) -> Extent
  /// Hands all elements' current values to the sampler, in the extent's order.
  ///
  /// It changes nothing; the block is `inout` because Swift would copy a large one for a call that borrows it.
  public let read: @Sendable (inout Block, inout SignalSampler) -> Void

  /// A column whose name, format or extent depends on the block.
  public init(
    name: @escaping @Sendable (borrowing Block) -> String, _ meaning: String, kind: SignalKind = .register,
    format: @escaping @Sendable (borrowing Block) -> SignalFormat,
    extent: @escaping @Sendable (borrowing Block) -> Extent = { _ in .single },
    read: @escaping @Sendable (inout Block, inout SignalSampler) -> Void
  ) {
    self.name = name
    self.meaning = meaning
    self.kind = kind
    self.format = format
    self.extent = extent
    self.read = read
  }

  /// A column of one fixed format.
  public init(
    _ name: String, _ meaning: String, kind: SignalKind = .register, _ format: SignalFormat,
    extent: @escaping @Sendable (borrowing Block) -> Extent = { _ in .single },
    read: @escaping @Sendable (inout Block, inout SignalSampler) -> Void
  ) {
    self.init(name: { _ in name }, meaning, kind: kind, format: { _ in format }, extent: extent, read: read)
  }

  /// A column of one name whose format depends on the block.
  public init(
    _ name: String, _ meaning: String, kind: SignalKind = .register,
    format: @escaping @Sendable (borrowing Block) -> SignalFormat,
    extent: @escaping @Sendable (borrowing Block) -> Extent = { _ in .single },
    read: @escaping @Sendable (inout Block, inout SignalSampler) -> Void
  ) {
    self.init(name: { _ in name }, meaning, kind: kind, format: format, extent: extent, read: read)
  }
}

/// A block whose signals can be observed: it lists its columns in `Thing+Signals.swift`.
public protocol Observable {
  /// The block's columns, in data-path order.
  static var columns: [SignalColumn<Self>] { get }
}

extension Observable {
  /// The columns as plain data, with formats and extents of this block filled in.
  public var declarations: [SignalDeclaration] {
    Self.columns.map {
      SignalDeclaration(
        name: $0.name(self), meaning: $0.meaning, kind: $0.kind, format: $0.format(self), extent: $0.extent(self))
    }
  }

  /// Hands the current values of one column to the sampler.
  @inlinable
  public mutating func read(column: Int, into sampler: inout SignalSampler) {
    Self.columns[column].read(&self, &sampler)
  }
}

/// A column as plain data: what a catalog, a waveform header or a signal list needs to know of it.
public struct SignalDeclaration: Sendable, Hashable {
  /// The signal's name within its element's scope.
  public let name: String
  /// One sentence.
  public let meaning: String
  /// Stored or computed.
  public let kind: SignalKind
  /// What the bits mean.
  public let format: SignalFormat
  /// How many elements there are and what they are called.
  public let extent: Extent

  /// A declaration by its parts.
  public init(name: String, meaning: String, kind: SignalKind, format: SignalFormat, extent: Extent) {
    self.name = name
    self.meaning = meaning
    self.kind = kind
    self.format = format
    self.extent = extent
  }
}
