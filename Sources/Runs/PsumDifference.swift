public import Tensors

/// Where psums differ from what they are compared with: the first place, both values, and how many.
public struct PsumDifference: Sendable, Equatable, CustomStringConvertible {
  /// What they were compared with: `the golden model`, or a file's name.
  public let reference: String
  /// Coordinates n, m, p, q of the first difference.
  public let place: [Int]
  /// The bits that the machine has stored there.
  public let value: Int32
  /// The bits that the reference has there.
  public let expected: Int32
  /// Psums that differ.
  public let count: Int
  /// All psums.
  public let total: Int
  /// What the bits mean.
  public let arithmetic: Arithmetic

  /// The first difference of two tensors [N, M, P, Q] of one shape, nil if their bits are equal.
  public init?(
    _ psums: Tensor<Int32>, expected reference: Tensor<Int32>, from name: String, arithmetic: Arithmetic
  ) {
    precondition(psums.shape == reference.shape && psums.shape.rank == 4, "psums of one layer are compared")
    var first: Int?
    var count = 0
    for index in psums.elements.indices where psums.elements[index] != reference.elements[index] {
      first = first ?? index
      count += 1
    }
    guard let first else { return nil }
    place = psums.shape.coordinates(of: first)
    self.reference = name
    value = psums.elements[first]
    expected = reference.elements[first]
    self.count = count
    total = psums.shape.count
    self.arithmetic = arithmetic
  }

  /// The first difference from the golden model, and that from what the user expects, where there are any.
  static func all(
    _ psums: Tensor<Int32>, golden: Tensor<Int32>, given: LayerJob.Expectation?, arithmetic: Arithmetic
  ) -> [PsumDifference] {
    let references = [(golden, "the golden model")] + (given.map { [($0.psums, $0.file)] } ?? [])
    return references.compactMap { PsumDifference(psums, expected: $0, from: $1, arithmetic: arithmetic) }
  }

  /// `psum n=0 m=3 p=1 q=2 is 17, psum.npy says 18 (5 of 4704 psums differ)`.
  public var description: String {
    let coordinates = zip(["n", "m", "p", "q"], place).map { "\($0)=\($1)" }.joined(separator: " ")
    return
      "psum \(coordinates) is \(text(value)), \(reference) says \(text(expected)) (\(count) of \(total) psums differ)"
  }

  private func text(_ bits: Int32) -> String {
    switch arithmetic {
    case .int8: "\(bits)"
    case .bfloat16: "\(Float(bitPattern: UInt32(bitPattern: bits)))"
    }
  }
}
