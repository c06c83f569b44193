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
        let pattern = FSTState.real(digits, isSwapped: realsAreSwapped)
        if !Double(bitPattern: pattern).isNaN {
          step.changes.append(WaveChange(signal: UInt32(signal), value: pattern))
        }
      case .bits:
        if digits.allSatisfy({ $0 | 0x20 == UInt8(ascii: "x") }) { continue }
        FSTState.append(digits, of: signal, to: &step)
      }
    }
  }
}

/// The states of VHDL and Verilog that FST files hold, as this project knows them: 0, 1, x and z.
enum FSTState {
  /// Value and unknown bit of a state.
  @inline(__always)
  static func bit(_ state: UInt8) -> (value: UInt64, unknown: UInt64) {
    switch state | 0x20 {
    case 0x30, UInt8(ascii: "l"): (0, 0)
    case 0x31, UInt8(ascii: "h"): (1, 0)
    case UInt8(ascii: "z"): (1, 1)
    default: (0, 1)
    }
  }

  /// Appends a vector given as its states, most significant first.
  static func append(_ states: some Collection<UInt8>, of signal: Int, to step: inout WaveStep) {
    if states.count > 64 { return step.append(signal: signal, content: states.map(plain)) }
    var change = WaveChange(signal: UInt32(signal), value: 0)
    for state in states {
      let bit = bit(state)
      change.value = change.value << 1 | bit.value
      change.unknown = change.unknown << 1 | bit.unknown
    }
    step.changes.append(change)
  }

  private static func plain(_ state: UInt8) -> UInt8 {
    let bit = bit(state)
    if bit.unknown == 1 { return bit.value == 1 ? UInt8(ascii: "z") : UInt8(ascii: "x") }
    return 0x30 | UInt8(bit.value)
  }

  /// The pattern of a real of 8 bytes, whose order the header tells.
  static func real(_ bytes: some Collection<UInt8>, isSwapped: Bool) -> UInt64 {
    let pattern = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return isSwapped ? pattern : pattern.byteSwapped
  }
}
