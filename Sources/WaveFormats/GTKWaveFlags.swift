import Signals

/// How GTKWave draws the rows that follow, as the hexadecimal word of a save file. Source: GTKWave 3.3.118, `savefile.c`.
struct GTKWaveFlags: OptionSet {
  let rawValue: UInt64

  static let hexadecimal = GTKWaveFlags(rawValue: 0x2)
  static let decimal = GTKWaveFlags(rawValue: 0x4)
  static let binary = GTKWaveFlags(rawValue: 0x8)
  static let rightJustified = GTKWaveFlags(rawValue: 0x20)
  static let blank = GTKWaveFlags(rawValue: 0x200)
  static let signed = GTKWaveFlags(rawValue: 0x400)
  static let ascii = GTKWaveFlags(rawValue: 0x800)
  static let collapsed = GTKWaveFlags(rawValue: 0x1000)
  static let fileFilter = GTKWaveFlags(rawValue: 0x2000)
  static let analogStep = GTKWaveFlags(rawValue: 0x8000)
  static let analogHeight = GTKWaveFlags(rawValue: 0x20000)
  static let real = GTKWaveFlags(rawValue: 0x40000)
  static let analogFullScale = GTKWaveFlags(rawValue: 0x80000)
  static let closed = GTKWaveFlags(rawValue: 0x400000)
  static let groupBegin = GTKWaveFlags(rawValue: 0x800000)
  static let groupEnd = GTKWaveFlags(rawValue: 0x1000000)
  static let popcount = GTKWaveFlags(rawValue: 0x2000_0000)
  static let fixedPointShift = GTKWaveFlags(rawValue: 0x4000_0000)
  static let enumeration = GTKWaveFlags(rawValue: 0x1_0000_0000)

  /// The flags of a row.
  init(_ style: WaveStyle, _ format: SignalFormat) {
    switch style {
    case .automatic: self = Self.natural(format)
    case .hexadecimal: self = [.hexadecimal, .rightJustified]
    case .binary: self = [.binary, .rightJustified]
    case .unsigned: self = [.decimal, .rightJustified]
    case .signed: self = [.signed, .rightJustified]
    case .popcount: self = [.popcount, .decimal, .rightJustified]
    case .analog: self = Self.natural(format).union([.analogStep, .analogFullScale])
    }
    guard style == .analog else { return }
    if case .enumeration = format {
      subtract([.binary, .fileFilter, .enumeration])
      formUnion(.decimal)
    }
    if case .real = format { remove(.ascii) }
  }

  init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  private static func natural(_ format: SignalFormat) -> GTKWaveFlags {
    switch format {
    case .bit, .event: [.binary, .rightJustified]
    case .unsigned: [.decimal, .rightJustified]
    case .signed: [.signed, .rightJustified]
    case .fixedPoint: [.signed, .rightJustified, .fixedPointShift]
    case .mask: [.popcount, .decimal, .rightJustified]
    case .bfloat16, .float32: [.real, .rightJustified]
    case .real, .text: [.ascii, .rightJustified]
    // Where an FST file holds a table, GTKWave takes the labels from it and passes over the filter; in VCD it takes the
    // filter. Both are keyed by what is displayed, and a table's patterns are binary.
    case .enumeration: [.binary, .rightJustified, .fileFilter, .enumeration]
    }
  }
}
