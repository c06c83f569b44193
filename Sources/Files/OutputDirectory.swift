internal import Foundation

/// The directory of a run's results: written beside its place, and moved there when it is whole.
///
/// Until `commit`, everything is in a hidden sibling, so that nobody ever sees half a result. An existing directory is
/// replaced only if it is empty or holds the results of an earlier run, which it shows by its marker file.
public final class OutputDirectory {
  /// The file that marks a directory as a run's results.
  public static let marker = "manifest.json"

  /// The path as the user gave it.
  public let path: String
  /// Where the files are until `commit`.
  public let workingPath: String
  private var isOpen = true
  /// Keeps others from taking the working directory for one that a killed process left behind.
  private let lock: DirectoryLock

  /// Prepares a directory; its parents are made where they are missing.
  ///
  /// Throws `OutputError` if the place is taken by something else or cannot be written. Nothing is changed there yet.
  public init(_ path: String) throws(OutputError) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let name = url.lastPathComponent
    guard !path.isEmpty, name != "/" else {
      throw OutputError(
        path: path.isEmpty ? "''" : path, kind: .occupied, problem: "results need a directory of their own")
    }
    self.path = path
    try Self.checkPlace(url.path, path)
    let parent = url.deletingLastPathComponent()
    try Self.makeDirectory(parent, for: path)
    Self.clean(parent, of: name)
    workingPath = parent.appendingPathComponent(".\(name).partial-\(getpid())").path
    guard unsafe mkdir(workingPath, 0o777) == 0 else {
      throw OutputError(path: path, attempt: "cannot write into \(parent.path)", code: errno)
    }
    guard let lock = DirectoryLock(workingPath) else {
      throw OutputError(path: path, attempt: "cannot keep \(workingPath) for this run", code: errno)
    }
    self.lock = lock
  }

  /// Removes what killed runs into the same place left behind; results that they had moved aside go back.
  private static func clean(_ parent: URL, of name: String) {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    for entry in entries.sorted() where entry.hasPrefix(".\(name).partial-") {
      let path = parent.appendingPathComponent(entry).path
      // A run that is in the middle of its commit still holds its own directory.
      let owner = entry.hasSuffix(old) ? String(path.dropLast(old.count)) : path
      if FileManager.default.fileExists(atPath: owner), DirectoryLock(owner) == nil { continue }
      guard let lock = DirectoryLock(path) else { continue }
      // Killed between two renames: the new results are not in their place, the old ones no longer.
      let isBack = entry.hasSuffix(old) && Self.moves(path, to: parent.appendingPathComponent(name).path)
      if !isBack { try? FileManager.default.removeItem(atPath: path) }
      lock.release()
    }
  }

  private static func moves(_ path: String, to target: String) -> Bool { unsafe rename(path, target) == 0 }

  /// Ends the name of results that are moved aside.
  private static let old = "-old"

  deinit {
    discard()
  }

  /// Makes a directory and those above it, where they are missing.
  private static func makeDirectory(_ url: URL, for path: String) throws(OutputError) {
    var isDirectory = ObjCBool(false)
    let exists = unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
    if exists, isDirectory.boolValue { return }
    if !exists { try makeDirectory(url.deletingLastPathComponent(), for: path) }
    if !exists, unsafe mkdir(url.path, 0o777) == 0 { return }
    // Another process may have made it in between.
    let code = exists ? ENOTDIR : errno
    if code == EEXIST { return }
    throw OutputError(path: path, attempt: "cannot make the directory \(url.path)", code: code)
  }

  private static func checkPlace(_ absolute: String, _ path: String) throws(OutputError) {
    var isDirectory = ObjCBool(false)
    guard unsafe FileManager.default.fileExists(atPath: absolute, isDirectory: &isDirectory) else { return }
    guard isDirectory.boolValue else {
      throw OutputError(
        path: path, kind: .occupied, problem: "a file is where the directory shall be", remedy: "choose another --out")
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: absolute)
    } catch {
      throw OutputError(path: path, kind: .refused, problem: "cannot read the directory: \(reason(error))")
    }
    guard names.isEmpty || names.contains(marker) else {
      throw OutputError(
        path: path, kind: .occupied,
        problem: "the directory holds \(names.count) \(names.count == 1 ? "entry" : "entries") and no \(marker): "
          + "these are not the results of an earlier run", remedy: "choose another --out, or empty it")
    }
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return unsafe String(cString: strerror(Int32(truncatingIfNeeded: underlying.code))).lowercased()
  }

  /// The path of a file of the results, for writers of their own.
  public func path(of name: String) -> String { workingPath + "/" + name }

  /// Writes a whole file.
  public func write(_ bytes: [UInt8], to name: String) throws(OutputError) {
    let file = try OutputFile<OutputError>(path: path(of: name))
    try file.write(bytes)
    try file.close()
  }

  /// Writes a whole text file.
  public func write(_ text: String, to name: String) throws(OutputError) {
    try write(Array(text.utf8), to: name)
  }

  /// Puts the results into their place: one rename, before which the old results are moved aside and after which they
  /// go.
  public func commit() throws(OutputError) {
    precondition(isOpen, "results are put into their place once")
    let target = URL(fileURLWithPath: path).standardizedFileURL.path
    try Self.checkPlace(target, path)
    let old = workingPath + Self.old
    let hadOld = unsafe rename(target, old) == 0
    if !hadOld, errno != ENOENT {
      throw OutputError(path: path, attempt: "cannot replace the old results", code: errno)
    }
    guard unsafe rename(workingPath, target) == 0 else {
      let code = errno
      if hadOld { _ = unsafe rename(old, target) }
      throw OutputError(path: path, attempt: "cannot put the results into their place", code: code)
    }
    isOpen = false
    lock.release()
    if hadOld { try? FileManager.default.removeItem(atPath: old) }
  }

  /// Drops the results that were not committed.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    try? FileManager.default.removeItem(atPath: workingPath)
    lock.release()
  }
}
