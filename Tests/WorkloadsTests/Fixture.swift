import Foundation
import Tensors
import Testing
import Workloads

/// The real networks, images and conformance vectors that these tests run on.
enum Fixture {
  static func path(_ name: String) -> String {
    Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name).path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// A `.npy` fixture: little-endian, C order, version 1, as the fixtures' README promises.
  static func npy(_ name: String) throws -> AnyTensor {
    let bytes = try bytes(name)
    let header = Int(bytes[8]) + 256 * Int(bytes[9])
    let text = String(decoding: bytes[10..<10 + header], as: UTF8.self)
    let extents = try #require(text.firstMatch(of: /'shape': \(([0-9, ]*)\)/))
    let shape = Shape(extents.1.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) })
    let data = Array(bytes[(10 + header)...])
    func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
      let width = Word.bitWidth / 8
      return (0..<shape.count).map { index in
        (0..<width).reduce(Word(0)) { $0 | Word(truncatingIfNeeded: data[index * width + $1]) << Word(8 * $1) }
      }
    }
    let type = try #require(text.firstMatch(of: /'descr': '(..?.)'/)).1
    switch type {
    case "|i1": return .int8(Tensor(shape, words(Int8.self)))
    case "|u1": return .uint8(Tensor(shape, words(UInt8.self)))
    case "<i4": return .int32(Tensor(shape, words(Int32.self)))
    case "<i8": return .int64(Tensor(shape, words(Int64.self)))
    case "<f4": return .float32(Tensor(shape, words(UInt32.self).map(Float.init(bitPattern:))))
    default: throw NetworkError(.unsupported, file: name, "npy type \(type)")
    }
  }

  static func int8(_ name: String) throws -> Tensor<Int8> {
    guard case .int8(let tensor) = try npy(name) else { throw NetworkError(.inconsistent, file: name, "is not int8") }
    return tensor
  }

  static func int32(_ name: String) throws -> Tensor<Int32> {
    guard case .int32(let tensor) = try npy(name) else { throw NetworkError(.inconsistent, file: name, "is not int32") }
    return tensor
  }

  static func float(_ name: String) throws -> Tensor<Float> {
    guard case .float32(let tensor) = try npy(name) else { throw NetworkError(.inconsistent, file: name, "no float") }
    return tensor
  }
}
