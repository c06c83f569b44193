internal import Tensors

/// One spatial axis of a convolution or pooling window, with every ONNX rule for padding applied.
public struct SpatialAxis: Hashable, Sendable {
  /// Input positions.
  public var input: Int
  /// Taps of the window.
  public var kernel: Int
  /// Positions between neighbouring windows.
  public var stride: Int
  /// Positions between neighbouring taps.
  public var dilation: Int
  /// Padding before the first position.
  public var before: Int
  /// Padding after the last position.
  public var after: Int
  /// Output positions.
  public var output: Int

  /// Positions under the window of one output that lie on the input, not on padding.
  func taps(_ position: Int) -> [Int] {
    let start = position * stride - before
    return (0..<kernel).map { start + $0 * dilation }.filter { $0 >= 0 && $0 < input }
  }

  /// Positions under the window that lie on input or padding, but not beyond (where ceil_mode lets a window start).
  func paddedTaps(_ position: Int) -> Int {
    let start = position * stride
    return (0..<kernel).count { start + $0 * dilation < input + before + after }
  }
}

extension NodeContext {
  /// The window of a Conv, pool or ConvInteger: attributes kernel_shape, strides, dilations, pads, auto_pad, ceil_mode.
  func window(input: Shape, kernel: [Int]) throws(NetworkError) -> [SpatialAxis] {
    let rank = kernel.count
    guard input.rank == rank + 2 else {
      throw fail(.inconsistent, "a window of \(rank) dimensions does not fit the input \(input)")
    }
    let strides = try list("strides", count: rank, default: 1)
    let dilations = try list("dilations", count: rank, default: 1)
    let pads = try list("pads", count: 2 * rank, default: 0)
    let automatic = try string("auto_pad") ?? "NOTSET"
    let roundsUp = try integer("ceil_mode") ?? 0 != 0
    var axes: [SpatialAxis] = []
    for axis in 0..<rank {
      var window = SpatialAxis(
        input: input[axis + 2], kernel: kernel[axis], stride: strides[axis], dilation: dilations[axis],
        before: pads[axis], after: pads[rank + axis], output: 0)
      try check(window, axis)
      try resolve(&window, automatic, roundsUp)
      axes.append(window)
    }
    return axes
  }

  private func list(_ name: String, count: Int, default value: Int) throws(NetworkError) -> [Int] {
    guard let list = try integerList(name), !list.isEmpty else { return [Int](repeating: value, count: count) }
    if list.count != count {
      throw fail(.inconsistent, "attribute \(name) has \(list.count) numbers, not \(count)")
    }
    return list
  }

  private func check(_ window: SpatialAxis, _ axis: Int) throws(NetworkError) {
    let limits = [
      ("kernel", window.kernel, 1), ("stride", window.stride, 1), ("dilation", window.dilation, 1),
      ("padding before", window.before, 0), ("padding after", window.after, 0),
    ]
    for (name, value, least) in limits where value < least || value > 1 << 30 {
      throw fail(.inconsistent, "\(name) of spatial axis \(axis) is \(value), outside \(least)...\(1 << 30)")
    }
  }

  private func resolve(_ window: inout SpatialAxis, _ automatic: String, _ roundsUp: Bool) throws(NetworkError) {
    let extent = (window.kernel - 1) * window.dilation + 1
    switch automatic {
    case "SAME_UPPER", "SAME_LOWER":
      window.output = (window.input + window.stride - 1) / window.stride
      let total = max(0, (window.output - 1) * window.stride + extent - window.input)
      window.before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
      window.after = total - window.before
      return
    case "VALID":
      window.before = 0
      window.after = 0
    case "NOTSET", "": break
    default:
      throw fail(.inconsistent, "auto_pad is \(automatic), not NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
    let room = window.input + window.before + window.after - extent
    if room < 0 {
      throw fail(
        .inconsistent, "the dilated window of \(extent) is \(-room) larger than the padded input of \(room + extent)")
    }
    window.output = room / window.stride + 1
    if roundsUp && room % window.stride != 0 && window.output * window.stride < window.input + window.before {
      window.output += 1
    }
  }
}
