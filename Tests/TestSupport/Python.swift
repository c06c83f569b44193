/// Runs Python, the reference for several file formats; that it is missing is a failure.
public enum Python {
  /// The bytes that a script prints; `input` is its standard input.
  public static func run(_ script: String, input: [UInt8] = []) throws -> [UInt8] {
    let outcome = try Tool.outcome(of: ["python3", "-c", script], input: input)
    guard outcome.code == 0 else {
      throw Tool.Failure(description: "python3 failed: \(String(decoding: outcome.error, as: UTF8.self))")
    }
    return outcome.output
  }

  /// Splits a stream of parts, each preceded by its length in 4 little-endian bytes.
  public static func parts(_ stream: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var offset = 0
    while offset + 4 <= stream.count {
      let length = (0..<4).reduce(0) { $0 | Int(stream[offset + $1]) << (8 * $1) }
      parts.append(Array(stream[(offset + 4)..<(offset + 4 + length)]))
      offset += 4 + length
    }
    return parts
  }
}
