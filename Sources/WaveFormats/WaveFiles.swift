import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension WaveSideFile {
  /// Writes the file below `directory`, making the directories on its way.
  public func write(to directory: String) throws(WaveError) {
    let path = directory.isEmpty ? self.path : "\(directory)/\(self.path)"
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    var made = ""
    while let part = parts.popFirst() {
      made += part + "/"
      if part.isEmpty || part == "." || part == ".." { continue }
      if unsafe mkdir(made, 0o755) != 0, errno != EEXIST {
        throw WaveError(
          file: made, kind: .system, "cannot be created: \(unsafe String(cString: strerror(errno)))")
      }
    }
    let file = try OutputFile(path: path)
    try unsafe file.write(Array(content.utf8).span.bytes)
    try file.close()
  }
}
