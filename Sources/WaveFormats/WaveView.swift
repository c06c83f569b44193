public import Signals

/// What a viewer shows when it opens a trace: groups and rows in order, markers, and the window; independent of any viewer.
///
/// `ViewFiles` writes it for GTKWave and Surfer, cut down to what is traced and opens within seconds.
public struct WaveView: Sendable {
  /// Groups, rows, comments and blanks from top to bottom: an overview that fits a window.
  public var items: [WaveItem]
  /// What a second layout shows, every block and element; empty where the first one shows all.
  public var detail: [WaveItem]
  /// Named instants, at most 26; GTKWave letters them A, B, C, ...
  public var markers: [WaveMarker]
  /// Lines at the top of the layout file, such as the command that made the trace.
  public var comments: [String]
  /// What the window shows at first; nil shows the whole trace.
  public var window: ClosedRange<SimulationTime>?
  /// Background colours of enumeration labels in GTKWave, by label: X11 colour names such as `dark green`.
  public var labelColours: [String: String]
  /// Scopes that the tree shows open, below the top scope: `array`.
  public var openScopes: [String]

  /// A view of the given items.
  public init(
    items: [WaveItem] = [], detail: [WaveItem] = [], markers: [WaveMarker] = [], comments: [String] = [],
    window: ClosedRange<SimulationTime>? = nil, labelColours: [String: String] = [:], openScopes: [String] = []
  ) {
    self.items = items
    self.detail = detail
    self.markers = markers
    self.comments = comments
    self.window = window
    self.labelColours = labelColours
    self.openScopes = openScopes
  }
}

/// One entry of a view.
public indirect enum WaveItem: Sendable {
  /// Rows under a heading; a closed group shows its heading only, until it is clicked.
  case group(String, isOpen: Bool, [WaveItem])
  /// Rows under a heading that cannot be closed: a line less than a group.
  case section(String, [WaveItem])
  /// A signal.
  case row(WaveRow)
  /// A line of text.
  case comment(String)
  /// An empty line.
  case blank
}

/// One signal of a view and how it is drawn.
public struct WaveRow: Sendable {
  /// What a row shows.
  public enum Target: Hashable, Sendable {
    /// A traced signal of the machine.
    case signal(SignalHandle)
    /// The clock of a domain.
    case clock(Int)
    /// A variable by its path below the top scope, for aliases.
    case path(String)
  }

  /// What is shown.
  public var target: Target
  /// A name beside the value instead of the signal's own.
  public var label: String?
  /// How values are drawn.
  public var style: WaveStyle
  /// Colour of the trace.
  public var colour: WaveColour
  /// Height of an analog row in lines; 1 for all others.
  public var height: Int

  /// A row of a signal in its own format.
  public init(
    _ handle: SignalHandle, label: String? = nil, style: WaveStyle = .automatic, colour: WaveColour = .standard,
    height: Int = 1
  ) {
    self.init(target: .signal(handle), label: label, style: style, colour: colour, height: height)
  }

  /// A row by its parts.
  public init(
    target: Target, label: String? = nil, style: WaveStyle = .automatic, colour: WaveColour = .standard,
    height: Int = 1
  ) {
    self.target = target
    self.label = label
    self.style = style
    self.colour = colour
    self.height = max(1, height)
  }
}

/// How the values of a row are drawn.
public enum WaveStyle: Hashable, Sendable {
  /// As the signal's format says: numbers as numbers, enumerations as labels, masks as counts of ones.
  case automatic
  /// Hexadecimal digits.
  case hexadecimal
  /// Binary digits.
  case binary
  /// Unsigned decimal.
  case unsigned
  /// Signed decimal.
  case signed
  /// Number of ones.
  case popcount
  /// A stepped curve over the format's number: the count of ones for a mask.
  case analog
}

/// The colour of a trace, by the names that GTKWave and Surfer share as far as they do.
public enum WaveColour: Int, Hashable, Sendable {
  /// The viewer's own.
  case standard = 0
  case red, orange, yellow, green, blue, indigo, violet
}

/// A named instant.
public struct WaveMarker: Hashable, Sendable {
  /// When.
  public let time: SimulationTime
  /// What happens there.
  public let name: String

  /// A marker at `time`.
  public init(time: SimulationTime, name: String) {
    self.time = time
    self.name = name
  }
}

/// A text file that belongs to a trace, by its path relative to the trace's directory.
public struct WaveSideFile: Hashable, Sendable {
  /// Relative path: `run.gtkw`, `filters/pe_state_t.txt`.
  public let path: String
  /// Content.
  public let content: String

  /// A file by path and content.
  public init(path: String, content: String) {
    self.path = path
    self.content = content
  }
}
