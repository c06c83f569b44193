/// Orders the nodes of a file so that each follows those whose results it takes; a file in order keeps its order.
struct GraphOrder {
  private let model: ONNXModel
  private let producers: [String: Int]

  init(_ model: ONNXModel) throws(NetworkError) {
    self.model = model
    var producers: [String: Int] = [:]
    for (index, node) in model.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty {
        if let other = producers.updateValue(index, forKey: name) {
          throw NetworkError(
            .inconsistent, file: model.file, at: .node(node.label),
            "makes \(name), which node \(model.nodes[other].label) makes too")
        }
      }
    }
    self.producers = producers
  }

  private enum Mark { case unseen, open, done }

  /// Indices of the nodes in execution order; throws with the cycle where there is one.
  func indices() throws(NetworkError) -> [Int] {
    var marks = [Mark](repeating: .unseen, count: model.nodes.count)
    var order: [Int] = []
    order.reserveCapacity(model.nodes.count)
    // A stack of our own: a file with a long chain of nodes must not exhaust the thread's.
    var stack: [(node: Int, next: Int)] = []
    for root in model.nodes.indices where marks[root] == .unseen {
      marks[root] = .open
      stack.append((root, 0))
      while let (node, next) = stack.last {
        guard next < model.nodes[node].inputs.count else {
          marks[node] = .done
          order.append(node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        guard let producer = producers[model.nodes[node].inputs[next]] else { continue }
        switch marks[producer] {
        case .done: continue
        case .open: throw cycle(stack.map(\.node), backTo: producer)
        case .unseen:
          marks[producer] = .open
          stack.append((producer, 0))
        }
      }
    }
    return order
  }

  private func cycle(_ path: [Int], backTo start: Int) -> NetworkError {
    let loop = path.drop { $0 != start } + [start]
    let labels = loop.reversed().map { model.nodes[$0].label }
    let shown = labels.count <= 8 ? labels : labels.prefix(4) + ["..."] + labels.suffix(3)
    return NetworkError(
      .inconsistent, file: model.file, at: .node(model.nodes[start].label),
      "is on a cycle of \(loop.count - 1) nodes: \(shown.joined(separator: " -> "))")
  }
}
