import Signals

/// A block at `scope` with the formats and extents that it was built with.
func declare<Block>(
  _ scope: String, _ columns: [SignalColumn<Block>], _ block: borrowing Block, clockDomain: Int = 0
) -> BlockDeclaration {
  var declarations: [SignalDeclaration] = []
  for column in columns {
    declarations.append(
      SignalDeclaration(
        name: column.name(block), meaning: column.meaning, kind: column.kind, format: column.format(block),
        extent: column.extent(block)))
  }
  return BlockDeclaration(scope: scope, columns: declarations, clockDomain: clockDomain)
}
