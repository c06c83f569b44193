internal import Tensors

/// Which column of a topology file holds what.
struct TopologyHeader {
  /// The columns that a topology file may have.
  enum Column: String, CaseIterable {
    case name = "Layer name"
    case ifmapHeight = "IFMAP Height"
    case ifmapWidth = "IFMAP Width"
    case filterHeight = "Filter Height"
    case filterWidth = "Filter Width"
    case channels = "Channels"
    case filters = "Num Filter"
    case strides = "Strides"
    case strideHeight = "Stride Height"
    case strideWidth = "Stride Width"
    case padding = "Padding"
    case dilation = "Dilation"
    case groups = "Groups"
    case batch = "Batch"
    case zeros = "Zeros"
    case sparsity = "Sparsity"
    case m = "M"
    case n = "N"
    case k = "K"

    /// The spellings that name it, in lower-case letters and digits alone.
    var spellings: [String] {
      let own = Self.normalised(rawValue)
      return switch self {
      case .name: [own, "layer", "name", "layers"]
      case .ifmapHeight: [own, "ifmaph", "inputheight", "ifmapheigth"]
      case .ifmapWidth: [own, "ifmapw", "inputwidth"]
      case .filterHeight: [own, "filterh", "kernelheight"]
      case .filterWidth: [own, "filterw", "kernelwidth"]
      case .channels: [own, "channel", "numchannels", "inputchannels"]
      case .filters: [own, "numfilters", "filters", "outputchannels"]
      case .strides: [own, "stride"]
      case .strideHeight, .strideWidth, .n, .m, .k: [own]
      case .padding: [own, "pad", "pads"]
      case .dilation: [own, "dilations"]
      case .groups: [own, "group"]
      case .batch: [own, "batchsize"]
      case .zeros: [own, "zerofraction"]
      case .sparsity: [own]
      }
    }

    static func normalised(_ text: String) -> String {
      String(
        String.UnicodeScalarView(
          text.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) }))
    }
  }

  static let convolution: [Column] = [
    .name, .ifmapHeight, .ifmapWidth, .filterHeight, .filterWidth, .channels, .filters,
  ]
  static let matrixProduct: [Column] = [.name, .m, .n, .k]

  /// The column of each place.
  private(set) var places: [Column?]
  private(set) var isMatrixProduct: Bool

  /// The columns that a first row names.
  init(_ row: CommaSeparated.Row, file: String) throws(InputError) {
    places = []
    for cell in row.cells {
      guard !cell.text.isEmpty else {
        places.append(nil)
        continue
      }
      let name = Column.normalised(cell.text)
      let place = InputError.Place.line(row.line, column: cell.column)
      guard let column = Column.allCases.first(where: { $0.spellings.contains(name) }) else {
        throw InputError(
          file: file, place: place, kind: .unsupported, problem: "the column '\(cell.text)' is not known",
          remedy: "known are " + Column.allCases.map(\.rawValue).joined(separator: ", "))
      }
      if column == .ifmapWidth, places.last == .ifmapWidth, !places.contains(.ifmapHeight) {
        places[places.count - 1] = .ifmapHeight
      }
      guard !places.contains(column) else {
        throw InputError(
          file: file, place: place, kind: .malformed, problem: "the column '\(column.rawValue)' is there twice")
      }
      places.append(column)
    }
    isMatrixProduct = [Column.m, .n, .k].contains(where: places.contains)
    let required = isMatrixProduct ? Self.matrixProduct : Self.convolution
    let missing = required.filter { !places.contains($0) }
    guard missing.isEmpty else {
      throw InputError(
        file: file, place: .line(row.line, column: 1), kind: .missing,
        problem: "a topology of \(isMatrixProduct ? "matrix products" : "convolutions") needs the column"
          + "\(missing.count == 1 ? "" : "s") " + missing.map(\.rawValue).joined(separator: ", "))
    }
    try refuseForeignColumns(row, file: file)
  }

  private func refuseForeignColumns(_ row: CommaSeparated.Row, file: String) throws(InputError) {
    let legal: Set<Column> =
      isMatrixProduct
      ? [.name, .m, .n, .k, .zeros, .sparsity] : Set(Column.allCases).subtracting([.m, .n, .k])
    for (place, cell) in zip(places, row.cells) {
      guard let column = place, !legal.contains(column) else { continue }
      throw InputError(
        file: file, place: .line(row.line, column: cell.column), kind: .mismatch,
        problem: "the column '\(column.rawValue)' does not go with \(isMatrixProduct ? "M, N, K" : "convolutions")")
    }
    if places.contains(.strides), places.contains(.strideHeight) || places.contains(.strideWidth) {
      throw InputError(
        file: file, place: .line(row.line, column: 1), kind: .mismatch,
        problem: "the column 'Strides' does not go with 'Stride Height' and 'Stride Width'")
    }
  }

  /// SCALE-Sim's order of columns, by the number of cells of the first row of a file without column names.
  init(assumedFor row: CommaSeparated.Row, file: String) throws(InputError) {
    switch row.cells.count {
    case 4:
      places = Self.matrixProduct
      isMatrixProduct = true
    case 7, 8:
      places = Self.convolution + (row.cells.count == 8 ? [.strides] : [])
      isMatrixProduct = false
    case 9:
      places = Self.convolution + [.strideHeight, .strideWidth]
      isMatrixProduct = false
    default:
      throw InputError(
        file: file, place: .line(row.line, column: 1), kind: .missing,
        problem: "no row names the columns, and a row of \(row.cells.count) cells is none of SCALE-Sim's",
        remedy:
          "start with: Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides"
      )
    }
  }
}
