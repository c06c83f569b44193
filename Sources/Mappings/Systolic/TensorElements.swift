import Workloads

/// Which element of a tensor an index of the matrix product stands for, in the field's letters: provenance of a register.
extension SystolicSchedule {
  /// Ifmap element of position `m` and product `k` of a group: `n=0 c=2 h=5 w=7`, or `padding`.
  public func ifmapElement(group: Int, m: Int, k: Int) -> String {
    let (image, p, q) = position(m)
    let (channel, r, s) = product(k)
    return layer.text(
      .ifmap(
        n: image, c: group * layer.channelsPerGroup + channel,
        h: p * layer.strideHeight - layer.paddingTop + r * layer.dilationHeight,
        w: q * layer.strideWidth - layer.paddingLeft + s * layer.dilationWidth))
  }

  /// Weight of filter `n` and product `k` of a group: `m=3 c=0 r=1 s=2`; c counts within the group, as the tensor does.
  public func filterElement(group: Int, k: Int, n: Int) -> String {
    let (channel, r, s) = product(k)
    return layer.text(.filter(m: group * layer.filtersPerGroup + n, c: channel, r: r, s: s))
  }

  /// Psum of position `m` and filter `n` of a group: `n=0 m=3 p=0 q=7`.
  public func psumElement(group: Int, m: Int, n: Int) -> String {
    let (image, p, q) = position(m)
    return layer.text(.psum(n: image, m: group * layer.filtersPerGroup + n, p: p, q: q))
  }

  private func position(_ m: Int) -> (image: Int, p: Int, q: Int) {
    let (rest, q) = m.quotientAndRemainder(dividingBy: layer.outputWidth)
    let (image, p) = rest.quotientAndRemainder(dividingBy: layer.outputHeight)
    return (image, p, q)
  }

  private func product(_ k: Int) -> (c: Int, r: Int, s: Int) {
    let (rest, s) = k.quotientAndRemainder(dividingBy: layer.filterWidth)
    let (c, r) = rest.quotientAndRemainder(dividingBy: layer.filterHeight)
    return (c, r, s)
  }
}
