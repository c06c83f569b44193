import Compute
import Mappings
import Workloads

/// Which tensor element stands in each register of the array and on each bus, computed from schedule and progress and never
/// stored.
struct RowStationaryProvenance {
  let schedule: RowStationarySchedule
  /// The psum tile and the channel step that are worked on.
  let tile: RowStationaryTile
  let step: Int

  /// The registers of a PE that hold a tensor element.
  enum Register: Sendable { case ifmap, filter, psum }

  private var layer: ConvolutionLayer { schedule.mapping.layer }
  private var parameters: RowStationaryMapping.Parameters { schedule.mapping.parameters }

  // MARK: PEs

  /// What stands in a register of a PE; nil if nothing does, or what an operation of long ago left there.
  func element(
    _ register: Register, _ role: RowStationaryPlacement.Role, _ progress: RowStationaryProgress
  ) -> LayerElement? {
    switch register {
    case .ifmap:
      guard progress.stage1 == .mac || progress.stage1 == .gated else { return nil }
    case .filter:
      // A gated MAC leaves the filter register as it is.
      guard progress.stage1 == .mac else { return nil }
    case .psum:
      guard progress.stage2 != .none else { return nil }
    }
    let isBehind = register == .psum && progress.stage1 != .none
    return operation(role, progress, back: isBehind ? 2 : 1).map { element(register, role, $0) }
  }

  /// One operation of a PE over this ifmap tile.
  private struct Operation {
    let pass, image, window: Int
    /// Place among the operations of the window.
    let index: Int
  }

  /// The operation that was issued `back` operations before the next one.
  private func operation(
    _ role: RowStationaryPlacement.Role, _ progress: RowStationaryProgress, back: Int
  ) -> Operation? {
    let windows = layer.outputWidth
    let all = schedule.passes(of: tile)
    let passes = schedule.filters(of: tile, pass: all - 1, set: role.filterSet) > 0 ? all : all - 1
    var window =
      ((passes - progress.passesLeft) * tile.images + tile.images - progress.rowsLeft) * windows
      + windows - progress.windowsLeft
    var index = progress.issued - back
    while index < 0 {
      window -= 1
      guard window >= 0 else { return nil }
      let filters = schedule.filters(of: tile, pass: window / (windows * tile.images), set: role.filterSet)
      index += (wordsOfWindow(role) + 1) * filters
    }
    let (row, place) = window.quotientAndRemainder(dividingBy: windows)
    return Operation(pass: row / tile.images, image: row % tile.images, window: place, index: index)
  }

  /// Ifmap words that a PE multiplies in one window.
  private func wordsOfWindow(_ role: RowStationaryPlacement.Role) -> Int {
    layer.filterWidth * schedule.channels(step: step, set: role.channelSet)
  }

  private func element(
    _ register: Register, _ role: RowStationaryPlacement.Role, _ operation: Operation
  ) -> LayerElement {
    let filters = schedule.filters(of: tile, pass: operation.pass, set: role.filterSet)
    let channels = max(1, schedule.channels(step: step, set: role.channelSet))
    let (word, filter) = operation.index.quotientAndRemainder(dividingBy: max(1, filters))
    let (tap, channel) = word.quotientAndRemainder(dividingBy: channels)
    let m = firstFilter(tile, pass: operation.pass, set: role.filterSet) + filter
    let c = firstChannel(step, set: role.channelSet) + channel
    let n = tile.firstImage + operation.image
    switch register {
    case .ifmap:
      return ifmap(
        n: n, c: c, row: role.ifmapRow, column: operation.window * layer.strideWidth + tap * layer.dilationWidth)
    case .filter: return .filter(m: m, c: c, r: role.filterRow, s: tap)
    case .psum: return .psum(n: n, m: m, p: tile.firstRow + role.ofmapRow, q: operation.window)
    }
  }

  private func firstFilter(_ tile: RowStationaryTile, pass: Int, set: Int) -> Int {
    tile.firstFilter + (pass * parameters.t + set) * parameters.p
  }

  /// Counted within the group.
  private func firstChannel(_ step: Int, set: Int) -> Int { (step * parameters.r + set) * parameters.q }

  /// An element by channel within the group, row of the strip, and column with the padding.
  private func ifmap(n: Int, c: Int, row: Int, column: Int) -> LayerElement {
    .ifmap(
      n: n, c: tile.group * layer.channelsPerGroup + c,
      h: tile.firstRow * layer.strideHeight - layer.paddingTop + row, w: column - layer.paddingLeft)
  }

  // MARK: Buses

  /// The ifmap word at a place of the tile in the GLB, in the order image, column, channel, row.
  func ifmapWord(_ place: Int) -> LayerElement {
    let (rest, row) = place.quotientAndRemainder(dividingBy: schedule.ifmapRows(of: tile))
    let (line, channel) = rest.quotientAndRemainder(dividingBy: schedule.channels(step: step))
    let (image, column) = line.quotientAndRemainder(dividingBy: layer.paddedWidth)
    return ifmap(n: tile.firstImage + image, c: firstChannel(step, set: 0) + channel, row: row, column: column)
  }

  /// The first word of the filter flit that a walk stands at.
  func filterFlit(_ walk: FilterWalk) -> LayerElement {
    let (word, filter) = walk.firstWord.quotientAndRemainder(dividingBy: walk.filters)
    let (tap, channel) = word.quotientAndRemainder(dividingBy: walk.channels)
    return .filter(
      m: firstFilter(walk.tile, pass: walk.pass, set: walk.filterSet) + filter,
      c: firstChannel(walk.step, set: walk.channelSet) + channel, r: walk.filterRow, s: tap)
  }

  /// The first psum of a flit, by where it lies in its banks.
  func psumFlit(_ place: PsumPlace) -> LayerElement {
    let resources = schedule.mapping.resources
    let windows = layer.outputWidth
    let places = tile.rows * tile.images * windows
    let word = place.line * resources.psumsPerLine + place.offset
    let (set, rest) = word.quotientAndRemainder(dividingBy: places * resources.psumPitch(parameters.p))
    let filters = min(parameters.p, tile.filters - set * parameters.p)
    let (position, filter) = rest.quotientAndRemainder(dividingBy: resources.psumPitch(max(1, filters)))
    let (line, window) = position.quotientAndRemainder(dividingBy: windows)
    return .psum(
      n: tile.firstImage + line % tile.images, m: tile.firstFilter + set * parameters.p + filter,
      p: tile.firstRow + line / tile.images, q: window)
  }
}
