// Stage 3 of a PE's pipeline: what the operations of a run do to its psum spad and its output FIFO.

extension PEPipeline {
  /// Lets the operations reach the psums that do so within a number of edges of a run. To be called before `advance`.
  @inline(__always)
  func retire(
    _ edges: Int, _ contract: some PsumContract, _ layer: LayerConstants, _ words: PEWords,
    _ operands: Span<Int16>, _ psums: inout MutableSpan<Int32>
  ) {
    // Of the two that were under way, the older goes first.
    if edges > 0 { retire(operation2, filter2, product, contract, layer, words, &psums) }
    if edges > 1 { retire(operation1, filter1, multiplied(contract), contract, layer, words, &psums) }
    guard edges > 2 else { return }
    switch issue {
    case .none, .gated: return
    case .mac: retireMACs(edges &- 2, contract, layer, words, operands, &psums)
    case .accumulate, .accumulateLast:
      for filter in filter..<filter &+ UInt8(truncatingIfNeeded: edges &- 2) {
        let psumIn = words.psumIn(filter, layer, psums.span)
        retire(.accumulate, filter, psumIn, contract, layer, words, &psums)
      }
    }
  }

  /// One operation: a product joins its psum, or a psum with its addend leaves.
  @inline(__always)
  private func retire(
    _ operation: RowStationaryPE.Operation, _ filter: UInt8, _ product: Int32, _ contract: some PsumContract,
    _ layer: LayerConstants, _ words: PEWords, _ psums: inout MutableSpan<Int32>
  ) {
    let place = words.psums &+ Int(filter)
    let sum = unsafe contract.sum(psums[unchecked: place], product)
    guard operation.isAddition else {
      // Without a MAC the product is 0: adding it spares a branch that nothing predicts.
      unsafe psums[unchecked: place] = sum
      return
    }
    unsafe psums[unchecked: words.psumOut &+ Int(filter & (layer.psumsPerFlit &- 1))] = sum
    unsafe psums[unchecked: place] = 0
  }

  /// The first MACs of a run: filters and their words in the ring follow each other.
  @inline(__always)
  private func retireMACs(
    _ count: Int, _ contract: some PsumContract, _ layer: LayerConstants, _ words: PEWords, _ operands: Span<Int16>,
    _ psums: inout MutableSpan<Int32>
  ) {
    let ifmap = takesIfmap ? ifmapRead : ifmap1
    let beforeWrap = min(count, layer.filterWords &- Int(filterPlace))
    let psum = words.psums &+ Int(filter)
    multiplyAccumulate(
      beforeWrap, contract, ifmap, operands, words.operands &+ Int(filterPlace), &psums, psum)
    if beforeWrap < count {
      multiplyAccumulate(count &- beforeWrap, contract, ifmap, operands, words.operands, &psums, psum &+ beforeWrap)
    }
  }
}

/// Adds the products of one ifmap word and neighbouring filter words to neighbouring psums, eight at a time.
///
/// Both banks have room for a whole vector behind the last word; what a vector has too many is multiplied by 0.
@inline(__always)
private func multiplyAccumulate(
  _ count: Int, _ contract: some PsumContract, _ ifmap: Int16, _ operands: Span<Int16>, _ firstOperand: Int,
  _ psums: inout MutableSpan<Int32>, _ firstPsum: Int
) {
  let filters = unsafe operands.bytes
  var sums = unsafe psums.mutableBytes
  for first in stride(from: 0, to: count, by: PsumVector.scalarCount) {
    let filterByte = (firstOperand &+ first) &* MemoryLayout<Int16>.size
    let psumByte = (firstPsum &+ first) &* MemoryLayout<Int32>.size
    // Lanes before the end: a number below 0, of which the sign is a mask.
    let lanes = OperandVector(0, 1, 2, 3, 4, 5, 6, 7)
    let wanted = (lanes &- OperandVector(repeating: Int16(truncatingIfNeeded: count &- first))) &>> 15
    let products = contract.products(
      OperandVector(repeating: ifmap) & wanted,
      unsafe filters.unsafeLoadUnaligned(fromUncheckedByteOffset: filterByte, as: OperandVector.self))
    let psum = unsafe sums.unsafeLoadUnaligned(fromUncheckedByteOffset: psumByte, as: PsumVector.self)
    unsafe sums.storeBytes(of: contract.sums(psum, products), toUncheckedByteOffset: psumByte, as: PsumVector.self)
  }
}
