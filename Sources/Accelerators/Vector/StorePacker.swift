import Compute
import Memory
import Simulation

/// Gathers result bytes into aligned writes of the memory port's width: one result vector in, one write out a cycle.
struct StorePacker: Sendable, Codable {
  let portBytes: Int
  /// Bytes it can hold: a block, and two result vectors so that it takes one while a block leaves.
  let capacity: Int

  /// Bytes in the order of their addresses.
  private(set) var staged: [UInt8] = []
  /// Stores whose bytes are still to leave, oldest first.
  private(set) var stores: [Transfer] = []
  private var cursor = TransferCursor()
  // Next state, latched by evaluate.
  private var taken = VectorResult.empty
  private(set) var sentBytes = 0
  private var nextCursor = TransferCursor()
  private var storeEnds = false
  private var newStores: [Transfer] = []

  init(portBytes: Int, lanes: Int) {
    self.portBytes = portBytes
    capacity = portBytes + 2 * lanes
  }

  var canQueue: Bool { stores.count < VectorSequencer.queueDepth }

  mutating func queue(_ store: Transfer) {
    precondition(canQueue && newStores.isEmpty, "one store a cycle, while there is room")
    newStores.append(store)
  }

  var isQuiescent: Bool { stores.isEmpty && newStores.isEmpty }

  /// Whether a result is taken or a write leaves at the next edge.
  func canAct(results: Link<VectorResult>, packed: Link<PackedStore>) -> Bool {
    (results.hasFront && results.front.map(hasRoom) == true) || (packed.canSend && nextBlock != nil)
  }

  private func hasRoom(for result: VectorResult) -> Bool { staged.count + result.count <= capacity }

  /// The next block, once all its bytes are here.
  private var nextBlock: TransferCursor.Block? {
    guard let store = stores.first else { return nil }
    let block = cursor.block(of: store, portBytes: portBytes)
    return staged.count >= block.count ? block : nil
  }

  /// Takes at most one result vector and sends at most one write.
  mutating func evaluate(results: inout Link<VectorResult>, packed: inout Link<PackedStore>) {
    if results.hasFront, let result = results.front, hasRoom(for: result) { taken = results.receive() }
    guard packed.canSend, let block = nextBlock, let store = stores.first else { return }
    var data = MemoryBeat(repeating: 0)
    for byte in 0..<block.count { data[block.first + byte] = staged[byte] }
    nextCursor = cursor
    storeEnds = nextCursor.advance(past: block, of: store)
    packed.send(
      PackedStore(
        MemoryRequest(address: block.address, isWrite: true, enables: block.enables, of: .ofmap, data: data),
        completesTile: storeEnds && store.completesTile))
    sentBytes = block.count
  }

  /// The clock edge.
  mutating func commit() {
    if sentBytes > 0 {
      staged.removeFirst(sentBytes)
      sentBytes = 0
      cursor = storeEnds ? TransferCursor() : nextCursor
      if storeEnds { stores.removeFirst() }
      storeEnds = false
    }
    for lane in 0..<taken.count { staged.append(taken.bytes[lane]) }
    taken.count = 0
    if !newStores.isEmpty { stores.append(newStores.removeLast()) }
  }
}
