internal import Foundation

/// An exclusive lock on a directory, which ends with the process that holds it, however that ends.
final class DirectoryLock {
  private var descriptor: Int32

  /// Locks a directory; nil if it is not there, or if a living process holds it.
  init?(_ path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, Self.isSame(descriptor, path) else {
      release()
      return nil
    }
  }

  /// Whether the path still leads to the directory that was opened: nobody removed it meanwhile.
  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return unsafe fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
  }

  /// Ends the lock.
  func release() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }

  deinit { release() }
}
