internal import Mappings
internal import Workloads

/// The array drawn in text: which set, filter row and ofmap row each PE has.
struct RowStationaryPicture {
  private let mapping: RowStationaryMapping
  private let placement: RowStationaryPlacement
  /// Columns of the array beside one another; wider arrays are drawn in several blocks.
  static let columnsPerBlock = 16

  init(_ mapping: RowStationaryMapping) {
    self.mapping = mapping
    placement = mapping.placement
  }

  /// The legend, then blocks of columns.
  var text: String {
    let layer = mapping.layer
    let filterRow = layer.dilationHeight > 1 ? "\(layer.dilationHeight) x filter row" : "filter row"
    let ofmapRow = layer.strideHeight > 1 ? "\(layer.strideHeight) x ofmap row" : "ofmap row"
    var text =
      "Cell: set, filter row / ofmap row of the strip; its ifmap row is \(ofmapRow) + \(filterRow). Psums climb.\n"
      + legend
    let columns = placement.columns
    for first in stride(from: 0, to: columns, by: Self.columnsPerBlock) {
      text += "\n" + block(first..<min(columns, first + Self.columnsPerBlock))
    }
    return text
  }

  /// What each set computes, or the rule where there are too many to list.
  private var legend: String {
    let parameters = mapping.parameters
    guard parameters.t * parameters.r <= 16 else {
      return
        "Set s of \(name(0, 0)) to \(name(parameters.t - 1, 0)): filters + \(parameters.p) s; with k primes: channels + "
        + "\(parameters.q) k\n"
    }
    var text = ""
    for filterSet in 0..<parameters.t {
      for channelSet in 0..<parameters.r {
        let (filter, channel) = (filterSet * parameters.p, channelSet * parameters.q)
        text +=
          "\(name(filterSet, channelSet)): filters +\(filter)..<\(filter + parameters.p), "
          + "channels +\(channel)..<\(channel + parameters.q)\n"
      }
    }
    return text
  }

  private func block(_ columns: Range<Int>) -> String {
    let rows = 0..<placement.roles.count / placement.columns
    let cells = rows.map { row in columns.map { cell(row, $0) } }
    let width = max(3, cells.joined().map(\.count).max() ?? 0)
    let rowWidth = max(3, Self.padded(rows.upperBound - 1).count + 1)
    var text = Self.right("", rowWidth)
    for column in columns { text += " " + Self.right("c" + Self.padded(column), width) }
    text += "\n"
    for row in rows {
      if row > 0, row % placement.chainRows == 0 { text += "\n" }
      text += Self.right("r" + Self.padded(row), rowWidth)
      for cell in cells[row] { text += " " + Self.right(cell, width) }
      text += "\n"
    }
    return text
  }

  private func cell(_ row: Int, _ column: Int) -> String {
    guard let role = placement.roles[row * placement.columns + column] else { return "." }
    return name(role.filterSet, role.channelSet) + "\(role.filterRow)/\(role.ofmapRow)"
  }

  /// A, B, ... for filter sets, one letter a digit of base 26; a set on further channels has as many primes.
  private func name(_ filterSet: Int, _ channelSet: Int) -> String {
    var letters = ""
    var rest = filterSet
    repeat {
      letters = String(UnicodeScalar(UInt8(65 + rest % 26))) + letters
      rest = rest / 26 - 1
    } while rest >= 0
    return letters + String(repeating: "'", count: channelSet)
  }

  static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// The IDs of every multicast controller: one line a row of the array and network.
struct RowStationaryIDs {
  private let placement: RowStationaryPlacement

  init(_ mapping: RowStationaryMapping) { placement = mapping.placement }

  var text: String {
    [("filter", placement.filterIDs), ("ifmap", placement.ifmapIDs), ("psum", placement.psumIDs)].map {
      network($0.0, $0.1)
    }.joined(separator: "\n")
  }

  private func network(_ name: String, _ identifiers: RowStationaryPlacement.IDs) -> String {
    let columns = placement.columns
    let width = max(3, "\((identifiers.columns.max() ?? 0))".count)
    var text = "\(name) network\n     row "
    for column in 0..<columns {
      text += " " + RowStationaryPicture.right("c" + RowStationaryPicture.padded(column), width)
    }
    text += "\n"
    for (row, identifier) in identifiers.rows.enumerated() {
      text +=
        RowStationaryPicture.right("r" + RowStationaryPicture.padded(row), 4)
        + RowStationaryPicture.right(word(identifier), 4) + " "
      for column in 0..<columns {
        text += " " + RowStationaryPicture.right(word(identifiers.columns[row * columns + column]), width)
      }
      text += "\n"
    }
    return text
  }

  private func word(_ identifier: Int) -> String { identifier < 0 ? "-" : "\(identifier)" }
}
