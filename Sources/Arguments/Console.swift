internal import Files
internal import Foundation

/// The standard streams; what cannot be written is an error, a full disk included.
public enum Console {
  /// Prints a text on standard output; a reader that has seen enough of it, such as `head`, is no error.
  public static func print(_ text: String) throws(UsageError) {
    guard let code = write(text, to: STDOUT_FILENO), code != EPIPE else { return }
    throw UsageError("cannot write standard output: \(unsafe String(cString: strerror(code)).lowercased())")
  }

  /// Says something on standard error.
  public static func report(_ text: String) {
    // There is nobody left to tell that it failed.
    _ = write(text, to: STDERR_FILENO)
  }

  /// Characters of a line if standard output is a terminal.
  public static var outputColumns: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether standard output is a terminal that shows colours, and the user has not asked for none (no-color.org).
  public static var showsColours: Bool {
    let environment = ProcessInfo.processInfo.environment
    return outputColumns != nil && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
  }

  /// Whether standard error is a terminal.
  public static var reportsToTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func write(_ text: String, to stream: Int32) -> Int32? {
    unsafe Descriptor.write(Array(text.utf8).span.bytes, to: stream)
  }
}
