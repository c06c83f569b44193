import Memory

/// Where a transfer engine's loads go: the buffers of a machine, by number.
enum LoadBuffer: Int, CaseIterable, Sendable, Codable {
  case ifmap, filter, bias, vectorParameters, vectorOperands

  /// Whose bytes fill it.
  var tensor: OffChipTensor {
    switch self {
    case .ifmap, .vectorOperands: .ifmap
    case .filter: .filter
    case .bias: .bias
    case .vectorParameters: .parameters
    }
  }
}

extension TransferEngine.Load {
  /// A load into one of the machine's buffers.
  init(_ transfer: Transfer, into buffer: LoadBuffer) {
    self.init(transfer, into: buffer.rawValue, of: buffer.tensor)
  }
}
