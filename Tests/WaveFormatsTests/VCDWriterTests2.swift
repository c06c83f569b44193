import Foundation
import Signals
import Testing
@testable import WaveFormats
@Suite struct Tmp {
  @Test func dump() throws {
    let layout = try sampleLayout()
    try record(try VCDWriter(path: "/tmp/wv/run.vcd", layout: layout), layout, cycles: 60)
  }
  @Test func speed() throws {
    let speed = try WaveSpeed(rows: 16, columns: 16)
    for path in ["/dev/null", "/dev/shm/speed.vcd"] {
      let start = Date()
      let bytes = try speed.write(try VCDWriter(path: path, layout: speed.layout), cycles: 30000)
      let took = Date().timeIntervalSince(start)
      print("write \(path) \(bytes) \(Double(bytes) / took / 1e6) MB/s")
    }
    var reader = try VCDReader(path: "/dev/shm/speed.vcd")
    let start = Date()
    let n = try WaveSpeed.read(&reader)
    let took = Date().timeIntervalSince(start)
    print("read \(n) changes, \(Double(try InputFile(path: "/dev/shm/speed.vcd").size) / took / 1e6) MB/s")
    print(reader.warnings)
  }
}
extension Tmp {
  @Test func draw() throws {
    var options = TextWaveform.Options()
    options.patterns = ["control", "array.pe_r1_c0?"]
    options.cycles = 2...14
    print(try TextWaveform.render(try VCDReader(path: "/tmp/wv/run.vcd"), options: options))
  }
}
extension Tmp {
  @Test func fst() throws {
    let layout = try sampleLayout(clocks: [sampleClock])
    try record(try FSTWriter(path: "/tmp/wv/run.fst", layout: layout), layout, cycles: 60)
    try record(try VCDWriter(path: "/tmp/wv/long.vcd", layout: layout), layout, cycles: 6000)
    try record(try FSTWriter(path: "/tmp/wv/long.fst", layout: layout, options: FSTOptions(blockSize: 1<<18)), layout, cycles: 6000)
    let speed = try WaveSpeed(rows: 16, columns: 16)
    for path in ["/dev/shm/speed.fst"] {
      let start = Date()
      let bytes = try speed.write(try FSTWriter(path: path, layout: speed.layout), cycles: 30000)
      let took = Date().timeIntervalSince(start)
      print("write \(path) \(bytes) bytes, \(30000 * 256 / took / 1e6) M PE-cycles/s")
    }
  }
}
