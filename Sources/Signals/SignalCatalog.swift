/// One signal of a machine: block, column within the block, element within the column.
public struct SignalHandle: Hashable, Sendable {
  /// Position of the block in the machine's list.
  public let block: Int
  /// Position of the column in the block's list.
  public let column: Int
  /// Position of the element in the column.
  public let element: Int

  /// A handle by its three positions.
  public init(block: Int, column: Int, element: Int) {
    self.block = block
    self.column = column
    self.element = element
  }
}

/// A machine's block as an observer sees it: where it stands in the hierarchy and which columns it has.
public struct BlockDeclaration: Sendable {
  /// Scope path from the machine's top, `.` between scopes: `array`, `memory.channel_0`.
  public let scope: String
  /// Columns in data-path order.
  public let columns: [SignalDeclaration]
  /// Which of the machine's clock domains the block's registers belong to.
  public let clockDomain: Int

  /// A block at `scope` with the given columns.
  public init(scope: String, columns: [SignalDeclaration], clockDomain: Int = 0) {
    self.scope = scope
    self.columns = columns
    self.clockDomain = clockDomain
  }
}

/// A second name for a signal, so that a link shows at both its ends; costs nothing in a trace.
public struct SignalAlias: Sendable, Hashable {
  /// Full name of the alias, scopes included.
  public let name: String
  /// The signal it repeats.
  public let target: SignalHandle

  /// `name` stands for `target`.
  public init(name: String, target: SignalHandle) {
    self.name = name
    self.target = target
  }
}

/// A machine that can be observed: blocks listed once, columns read on request.
public protocol ObservableMachine {
  /// The blocks in data-path order. Called when an observer attaches, not in a cycle.
  var blocks: [BlockDeclaration] { get }
  /// Second names: links at both their ends, made by `LinkEnd.aliases`.
  var aliases: [SignalAlias] { get }
  /// Hands the current values of one column to the sampler. It changes nothing; it is `mutating` because Swift would copy a
  /// large machine for a call that is not.
  mutating func read(block: Int, column: Int, into sampler: inout SignalSampler)
}

extension ObservableMachine {
  /// None.
  public var aliases: [SignalAlias] { [] }
}

/// All signals of a machine by name: what exists, found by exact name or by pattern.
public struct SignalCatalog: Sendable {
  /// The machine's blocks.
  public let blocks: [BlockDeclaration]
  /// Second names.
  public let aliases: [SignalAlias]

  /// The catalog of a machine.
  public init(_ machine: borrowing some ObservableMachine) {
    self.init(blocks: machine.blocks, aliases: machine.aliases)
  }

  /// A catalog of the given blocks.
  public init(blocks: [BlockDeclaration], aliases: [SignalAlias] = []) {
    self.blocks = blocks
    self.aliases = aliases
  }

  /// Number of signals, aliases not counted.
  public var count: Int {
    blocks.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.extent.count } }
  }

  /// What a signal is.
  public func declaration(of handle: SignalHandle) -> SignalDeclaration {
    blocks[handle.block].columns[handle.column]
  }

  /// The scope path that directly holds a signal: `array.pe_r01_c13`.
  public func scope(of handle: SignalHandle) -> String {
    let block = blocks[handle.block].scope
    guard let element = declaration(of: handle).extent.scope(of: handle.element) else { return block }
    return block.isEmpty ? element : "\(block).\(element)"
  }

  /// The canonical name of a signal: `array.pe_r01_c13.psum`.
  public func name(of handle: SignalHandle) -> String {
    let scope = scope(of: handle)
    let name = declaration(of: handle).name
    return scope.isEmpty ? name : "\(scope).\(name)"
  }

  /// All signals in declaration order, element by element within a column.
  public var handles: [SignalHandle] {
    var handles: [SignalHandle] = []
    handles.reserveCapacity(count)
    for (block, declaration) in blocks.enumerated() {
      for (column, signal) in declaration.columns.enumerated() {
        for element in 0..<signal.extent.count {
          handles.append(SignalHandle(block: block, column: column, element: element))
        }
      }
    }
    return handles
  }

  /// What a trace records unless it is told otherwise: every register and wire, and annotations of one row or column of PEs.
  public var handlesTracedByDefault: [SignalHandle] {
    handles.filter {
      let declaration = declaration(of: $0)
      return declaration.extent.isShownByDefault($0.element, declaration.kind)
    }
  }

  /// The signals whose canonical name matches one of the patterns; an empty list matches every signal.
  ///
  /// `*` stands for any characters within one scope, `**` for any at all, `?` for one; a pattern that names a scope takes all
  /// that is in it.
  public func handles(matching patterns: [String]) -> [SignalHandle] {
    if patterns.isEmpty { return handles }
    let globs = patterns.map(Glob.init)
    return handles.filter { handle in
      let name = name(of: handle)
      return globs.contains { $0.matches(name) }
    }
  }
}
