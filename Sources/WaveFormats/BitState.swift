/// One bit as a character: 0 1 x z of Verilog, and the further states of VHDL's std_ulogic (IEEE 1164): u w l h -.
enum BitState {
  static let zero = UInt8(ascii: "0")
  static let x = UInt8(ascii: "x")

  /// The state of a character in either case; nil if it is none.
  @inline(__always)
  static func state(_ character: UInt8) -> UInt8? {
    let state = states[Int(character)]
    return state == 0 ? nil : state
  }

  /// The state of a character; x for one that is none.
  static func orUnknown(_ character: UInt8) -> UInt8 { state(character) ?? x }

  private static let states: [UInt8] = {
    var states = [UInt8](repeating: 0, count: 256)
    for state in "01xzuwlh-".utf8 {
      states[Int(state)] = state
      if state >= UInt8(ascii: "a") { states[Int(state & ~0x20)] = state }
    }
    return states
  }()

  /// Whether a state is one of Verilog's four.
  @inline(__always)
  static func isPlain(_ state: UInt8) -> Bool {
    state | 1 == 0x31 || state == x || state == UInt8(ascii: "z")
  }

  /// The nearest of Verilog's four states, as `WaveChange` packs it: weak bits are as strong ones, all else is x.
  @inline(__always)
  static func nearest(_ state: UInt8) -> (value: UInt64, unknown: UInt64) {
    switch state {
    case zero, UInt8(ascii: "l"): (0, 0)
    case UInt8(ascii: "1"), UInt8(ascii: "h"): (1, 0)
    case UInt8(ascii: "z"): (1, 1)
    default: (0, 1)
    }
  }

  /// The character of the nearest of Verilog's four states.
  static func plain(_ state: UInt8) -> UInt8 {
    let (value, unknown) = nearest(state)
    if unknown == 1 { return value == 1 ? UInt8(ascii: "z") : x }
    return zero | UInt8(value)
  }

  /// What a vector is extended with on the left, as the standard says: 0 after 0 and 1, else its first state.
  static func filler(_ first: UInt8) -> UInt8 { first == UInt8(ascii: "1") ? zero : first }

  /// States as numbers, for vectors of up to 64 bits; extended on the left to `bits`.
  static func pack(_ states: some Collection<UInt8>, bits: Int) -> (value: UInt64, unknown: UInt64) {
    let lead = states.first.map { nearest(filler($0)) } ?? (0, 1)
    var value = lead.value == 1 ? UInt64.max : 0
    var unknown = lead.unknown == 1 ? UInt64.max : 0
    for state in states {
      let bit = nearest(state)
      value = value << 1 | bit.value
      unknown = unknown << 1 | bit.unknown
    }
    let mask = WaveValue.mask(bits)
    return (value & mask, unknown & mask)
  }
}
