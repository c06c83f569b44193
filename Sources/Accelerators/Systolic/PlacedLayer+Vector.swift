import Memory

extension PlacedLayer {
  /// The job that turns the psums of one store into bytes: the store's walk of the accumulator, its bytes in order of address.
  func vectorJob(_ store: Transfer, firstFilter: Int) -> VectorJob {
    let elements = AffineAxis(
      middle: store.innerCount, inner: store.runBytes, outerOffset: store.bufferOuterStride,
      middleOffset: store.bufferInnerStride, innerOffset: store.bufferRunStride, middleRow: 1, innerColumn: 0,
      start: .init(offset: store.bufferAddress, row: firstFilter, column: 0))
    return VectorJob(
      source: .psums, elements: elements, taps: .dense(stride: 0), tapCount: 1, bounds: .none, store: store.merged)
  }
}
