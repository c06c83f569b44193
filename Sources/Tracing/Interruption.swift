internal import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SIGINT and SIGTERM as a flag: the run ends after the current cycle, and files are closed as at any other end.
///
/// The second signal of a kind kills the process as it always would.
public enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// The signal that has arrived; nil as long as none has.
  public static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Takes over SIGINT and SIGTERM from now on.
  public static func install() {
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        Interruption.received.store(number, ordering: .relaxed)
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
      _ = unsafe sigaction(number, &action, nil)
    }
  }
}
