/// One element of a layer's tensors, by its coordinates: what a register, a bus or a psum is about.
public enum LayerElement: Sendable, Hashable {
  /// Image, channel over all groups, row and column of the ifmap; outside of it lies the padding.
  case ifmap(n: Int, c: Int, h: Int, w: Int)
  /// Filter over all groups, channel within its group, row and column of the filter.
  case filter(m: Int, c: Int, r: Int, s: Int)
  /// Image, filter over all groups, row and column of the ofmap.
  case psum(n: Int, m: Int, p: Int, q: Int)
}

extension ConvolutionLayer {
  /// The element in the field's letters: `n=0 c=2 h=5 w=7`; `padding` for what lies beside the ifmap.
  public func text(_ element: LayerElement) -> String {
    switch element {
    case .ifmap(let n, let c, let h, let w):
      let isInside = h >= 0 && h < inputHeight && w >= 0 && w < inputWidth
      return isInside ? CoordinateText.of("nchw", n, c, h, w) : "padding"
    case .filter(let m, let c, let r, let s): return CoordinateText.of("mcrs", m, c, r, s)
    case .psum(let n, let m, let p, let q): return CoordinateText.of("nmpq", n, m, p, q)
    }
  }

  /// A number that tells the elements of one tensor apart, from 1 on; 0 is kept for none.
  public func key(_ element: LayerElement) -> UInt64 {
    let place: Int
    switch element {
    case .ifmap(let n, let c, let h, let w):
      place = ((n &* inputChannels &+ c) &* paddedHeight &+ h &+ paddingTop) &* paddedWidth &+ w &+ paddingLeft
    case .filter(let m, let c, let r, let s):
      place = ((m &* channelsPerGroup &+ c) &* filterHeight &+ r) &* filterWidth &+ s
    case .psum(let n, let m, let p, let q):
      place = ((n &* filters &+ m) &* outputHeight &+ p) &* outputWidth &+ q
    }
    return UInt64(truncatingIfNeeded: place &+ 1)
  }
}

/// `n=0 c=2 h=5 w=7`, made digit by digit: a trace of everything asks for hundreds in a cycle.
private enum CoordinateText {
  /// A letter, `=`, 20 digits and a blank for each of four coordinates.
  private static let longest = 4 * (2 + 20 + 1)

  static func of(_ letters: StaticString, _ first: Int, _ second: Int, _ third: Int, _ fourth: Int) -> String {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest) { bytes in
      var start = longest
      unsafe write(fourth, letters.utf8Start[3], into: bytes, before: &start)
      unsafe write(third, letters.utf8Start[2], into: bytes, before: &start)
      unsafe write(second, letters.utf8Start[1], into: bytes, before: &start)
      unsafe write(first, letters.utf8Start[0], into: bytes, before: &start)
      return unsafe String(decoding: bytes[start..<longest - 1], as: UTF8.self)
    }
  }

  /// Writes a coordinate, its letter and the blank behind it, from the last digit to the first.
  private static func write(
    _ value: Int, _ letter: UInt8, into bytes: UnsafeMutableBufferPointer<UInt8>, before start: inout Int
  ) {
    func put(_ byte: UInt8) {
      start -= 1
      unsafe bytes.initializeElement(at: start, to: byte)
    }
    put(UInt8(ascii: " "))
    var rest = value.magnitude
    repeat {
      put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    if value < 0 { put(UInt8(ascii: "-")) }
    put(UInt8(ascii: "="))
    put(letter)
  }
}
