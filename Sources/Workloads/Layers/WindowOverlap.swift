/// How the windows of one axis of a convolution lie on the ifmap: which elements they meet, and how often.
///
/// Window `p` and tap `t` meet element `p x stride + t x dilation - padding`, or the padding.
struct WindowOverlap {
  /// Pairs of window and tap that meet an element of the ifmap, not the padding.
  let uses: Int
  /// Elements that some window meets.
  let elements: Int

  init(inputs: Int, outputs: Int, taps: Int, stride: Int, dilation: Int, padding: Int) {
    var uses = 0
    var isMet = [Bool](repeating: false, count: inputs)
    for tap in 0..<taps {
      let offset = tap * dilation - padding
      // The first window whose tap is not before the ifmap, and the first one that is behind it.
      let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
      let end = offset >= inputs ? 0 : min(outputs, (inputs - 1 - offset) / stride + 1)
      guard first < end else { continue }
      uses += end - first
      for window in first..<end { isMet[window * stride + offset] = true }
    }
    self.uses = uses
    elements = isMet.count { $0 }
  }
}

extension ConvolutionLayer {
  /// Ifmap rows met by the windows.
  var rowOverlap: WindowOverlap {
    WindowOverlap(
      inputs: inputHeight, outputs: outputHeight, taps: filterHeight, stride: strideHeight, dilation: dilationHeight,
      padding: paddingTop)
  }

  /// Ifmap columns met by the windows.
  var columnOverlap: WindowOverlap {
    WindowOverlap(
      inputs: inputWidth, outputs: outputWidth, taps: filterWidth, stride: strideWidth, dilation: dilationWidth,
      padding: paddingLeft)
  }
}
