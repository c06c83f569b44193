internal import Files
internal import Foundation

/// The standard streams; what cannot be written is an error, a full disk included.
public enum Console {
  /// Prints a text on standard output.
  public static func print(_ text: String) throws(UsageError) {
    guard let code = write(text, to: STDOUT_FILENO) else { return }
    throw UsageError("cannot write standard output: \(unsafe String(cString: strerror(code)).lowercased())")
  }

  /// Says something on standard error.
  public static func report(_ text: String) {
    // There is nobody left to tell that it failed.
    _ = write(text, to: STDERR_FILENO)
  }

  /// Whether standard error is a terminal.
  public static var reportsToTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func write(_ text: String, to stream: Int32) -> Int32? {
    unsafe Descriptor.write(Array(text.utf8).span.bytes, to: stream)
  }
}
