/// A saved run as bytes: everything that a simulator needs to go on as if it had never stopped.
///
/// ```
/// "SYSTOLE-RUN" 0   version (4)   length of what follows (8)   CRC-32 of it (4)
/// name of what runs   number of facts   name and value of each   the state
/// ```
///
/// Numbers are little-endian. The state is its own `Codable` form, written by `CheckpointEncoder`.
enum Checkpoint {
  static let magic = Array("SYSTOLE-RUN\0".utf8)
  /// Raised when the meaning of the bytes changes.
  static let version: UInt64 = 2

  /// Wraps the state of a run into a file.
  static func file(of run: String, facts: [RunFact] = [], state: some Encodable) throws -> [UInt8] {
    var body = CheckpointBytes()
    body.append(text: run)
    body.append(variable: UInt64(facts.count))
    for fact in facts {
      body.append(text: fact.name)
      body.append(text: fact.value)
    }
    body.bytes += try CheckpointEncoder.bytes(of: state)
    var file = CheckpointBytes()
    file.bytes = magic
    file.append(fixed: version, bytes: 4)
    file.append(fixed: UInt64(body.bytes.count), bytes: 8)
    file.append(fixed: UInt64(cyclicRedundancyCheck(body.bytes[...])), bytes: 4)
    return file.bytes + body.bytes
  }

  /// Unwraps a file; throws if it is not one, is damaged, or holds another run than that of these facts.
  static func state<State: Decodable>(
    _ type: State.Type = State.self, from file: [UInt8], of run: String, facts: [RunFact] = []
  ) throws -> State {
    var body = try body(of: file)
    let start = body.offset
    let saved = try body.text()
    guard saved == run else { throw CheckpointError(offset: start, "a \(saved) was saved, not a \(run)") }
    var savedFacts: [RunFact] = []
    // Each takes two bytes at least.
    for _ in 0..<(try body.length()) { savedFacts.append(RunFact(try body.text(), try body.text())) }
    if let mismatch = RunMismatch(saved: savedFacts, here: facts) { throw mismatch }
    return try CheckpointDecoder.value(State.self, from: file[body.offset...])
  }

  /// What lies behind the head of a file, which must be whole.
  private static func body(of file: [UInt8]) throws(CheckpointError) -> CheckpointReader {
    guard file.starts(with: magic) else { throw CheckpointError(offset: 0, "this is no saved run") }
    var reader = CheckpointReader(file[...])
    reader.offset = magic.count
    let version = try reader.fixed(bytes: 4)
    guard version == Self.version else {
      throw CheckpointError(
        offset: magic.count, "saved runs of version \(version) are not read, only of \(Self.version)")
    }
    let length = try reader.fixed(bytes: 8)
    let check = try reader.fixed(bytes: 4)
    let start = reader.offset
    guard length == UInt64(file.count - start) else {
      throw CheckpointError(offset: start, "\(length) bytes of state were saved, \(file.count - start) are there")
    }
    guard UInt64(cyclicRedundancyCheck(file[start...])) == check else {
      throw CheckpointError(offset: start, "the state is damaged: its CRC-32 differs")
    }
    return CheckpointReader(file[start...])
  }

  /// CRC-32 as in IEEE 802.3, bit by bit with a table of the 256 bytes.
  static func cyclicRedundancyCheck(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var table = [UInt32](repeating: 0, count: 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0xEDB8_8320 }
      table[index] = value
    }
    var check = UInt32.max
    for byte in bytes { check = (check >> 8) ^ table[Int(UInt8(truncatingIfNeeded: check) ^ byte)] }
    return ~check
  }
}

/// Why a saved run cannot be read.
public struct CheckpointError: Error, Equatable, CustomStringConvertible {
  /// Offset in the file.
  public let offset: Int
  /// What is wrong there.
  public let problem: String

  /// A fault at a place of the file.
  public init(offset: Int, _ problem: String) {
    self.offset = offset
    self.problem = problem
  }

  /// The message a user reads.
  public var description: String { "byte \(offset): \(problem)" }
}

// MARK: - Simulators

extension Simulator: Codable where Model: Codable {
  private enum CodingKeys: String, CodingKey { case machine, passedEdges, evaluatedEdges, skipsIdleCycles }

  /// A simulator as it was encoded; steps are evaluated in their declared order.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(try container.decode(Model.self, forKey: .machine))
    evaluatedEdges = try container.decode(Int.self, forKey: .evaluatedEdges)
    skipsIdleCycles = try container.decode(Bool.self, forKey: .skipsIdleCycles)
    let passed = try container.decode([Int].self, forKey: .passedEdges)
    guard passed.count == queue.entries.count, passed.allSatisfy({ $0 >= 0 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .passedEdges, in: container, debugDescription: "one count of passed edges a clock domain")
    }
    for (domain, edges) in passed.enumerated() { queue.pass(edges, of: domain) }
    placeAll()
  }

  /// Encodes the machine and how many edges of each domain have passed: time, and what follows from it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(machine, forKey: .machine)
    try container.encode(queue.entries.map(\.passed), forKey: .passedEdges)
    try container.encode(evaluatedEdges, forKey: .evaluatedEdges)
    try container.encode(skipsIdleCycles, forKey: .skipsIdleCycles)
  }
}

extension Simulator where Model: Codable {
  /// The run as a file: version, checksum, and all state. Not to be called from within an observer.
  public func checkpoint() throws -> [UInt8] {
    try Checkpoint.file(of: "\(Model.self)", state: self)
  }

  /// The run that was saved. It goes on as the saved one would have.
  ///
  /// Throws `CheckpointError` if the bytes are no saved run of this machine, are cut short or damaged.
  public init(checkpoint: [UInt8]) throws {
    self = try Checkpoint.state(from: checkpoint, of: "\(Model.self)")
  }
}
