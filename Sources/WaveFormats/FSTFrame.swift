/// What all signals show before the first change of a block, signal by signal: digits, reals as 8 bytes, nothing for texts.
struct FSTFrame {
  let values: [UInt8]

  /// Appends the values as changes, as far as they are known.
  func append(to step: inout WaveStep, _ shapes: [SignalShape], realsAreSwapped: Bool) {
    var position = 0
    for (signal, shape) in shapes.enumerated() {
      let length = shape == .real ? 8 : shape.bitCount
      guard position + length <= values.count else { return }
      let digits = values[position..<position + length]
      position += length
      switch shape {
      case .event, .text: continue
      case .real:
        let pattern = UInt64(real: digits, isSwapped: realsAreSwapped)
        if !Double(bitPattern: pattern).isNaN {
          step.changes.append(WaveChange(signal: UInt32(signal), value: pattern))
        }
      case .bits(let bits):
        if digits.allSatisfy({ $0 | 0x20 == BitState.x }) { continue }
        step.append(signal: signal, states: digits.map(BitState.orUnknown), bits: bits)
      }
    }
  }
}

extension UInt64 {
  /// The pattern of a real of 8 bytes, whose order the header tells.
  init(real bytes: some Collection<UInt8>, isSwapped: Bool) {
    let pattern = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    self = isSwapped ? pattern : pattern.byteSwapped
  }
}
