public import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A waveform's file.
typealias OutputFile = Files.OutputFile<WaveError>

extension WaveError: FileFailure {
  /// The system's answer to an attempt.
  public init(path: String, attempt: String, code: Int32) {
    self.init(file: path, kind: .system, "\(attempt): \(unsafe String(cString: strerror(code)))")
  }
}
