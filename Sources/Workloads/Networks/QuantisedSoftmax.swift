internal import Foundation
public import Tensors

/// A softmax of bytes as onnxruntime fuses it between DequantizeLinear and QuantizeLinear (its QLinearSoftmax).
///
/// Exponentials come from a table of binary32 numbers, indexed by the distance to the row's largest byte. Results are
/// nearest(e x floor(1 / output scale) / sum) + zero point: with a scale just above 1/255 the floor is 254, so that a
/// certain class scores 254/255, not 1. int8 results wrap, uint8 results saturate at 255.
public struct QuantisedSoftmax: Sendable {
  /// What a result stands for.
  public let output: Quantisation
  /// Elements of one row.
  public let row: Int
  /// Distance between them.
  public let stride: Int
  /// Whether the bytes are int8.
  public let isSigned: Bool
  /// Exponentials by 255 less the distance to the largest byte.
  private let table: [Float]

  /// A softmax over rows of `row` elements that lie `stride` apart.
  public init(inputScale: Float, output: Quantisation, row: Int, stride: Int, isSigned: Bool) {
    self.output = output
    self.row = row
    self.stride = stride
    self.isSigned = isSigned
    // Entries are as large as they can be while a row of the largest still sums to a finite number.
    let room = log(Double(Float.greatestFiniteMagnitude / Float(max(1, row)))) - 5
    let shift = max(0, room) / Double(inputScale)
    table = (0..<256).map { Float(exp((Double($0) - 255 + shift) * Double(inputScale))) }
  }

  /// Stored results of stored elements.
  public func apply(_ elements: [Int32]) -> [Int32] {
    var results = elements
    let factor = (1 / output.scales[0]).rounded(.down)
    for first in 0..<(row == 0 ? 0 : elements.count / row) {
      let base = first / stride * stride * row + first % stride
      let indices = (0..<row).map { base + $0 * stride }
      let largest = indices.map { elements[$0] }.max() ?? 0
      let exponentials = indices.map { table[Int(255 + elements[$0] - largest)] }
      let sum = exponentials.reduce(0, +)
      for (index, exponential) in zip(indices, exponentials) {
        let rounded = Int32(saturating: (exponential * factor / sum).rounded(.toNearestOrEven))
        let shifted = rounded &+ output.zeroPoints[0]
        results[index] = isSigned ? Int32(Int8(truncatingIfNeeded: shifted)) : min(255, shifted)
      }
    }
    return results
  }
}
