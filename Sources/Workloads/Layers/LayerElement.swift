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
      return isInside ? "n=\(n) c=\(c) h=\(h) w=\(w)" : "padding"
    case .filter(let m, let c, let r, let s): return "m=\(m) c=\(c) r=\(r) s=\(s)"
    case .psum(let n, let m, let p, let q): return "n=\(n) m=\(m) p=\(p) q=\(q)"
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
