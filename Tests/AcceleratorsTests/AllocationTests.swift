import Accelerators
import Foundation
import Mappings
import Simulation
import TestSupport
import Testing

@Suite("In its steady state a machine allocates nothing")
struct AllocationTests {
  /// Counts what one thread takes from the heap, by standing before the C library's functions.
  private static let counter = """
    #include <errno.h>
    #include <stddef.h>
    void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
    void *__libc_memalign(size_t, size_t);
    static __thread long count __attribute__((tls_model("initial-exec")));
    long systole_allocation_count(void) { return count; }
    void *malloc(size_t size) { count++; return __libc_malloc(size); }
    void *calloc(size_t number, size_t size) { count++; return __libc_calloc(number, size); }
    void *realloc(void *old, size_t size) { count++; return __libc_realloc(old, size); }
    void *aligned_alloc(size_t alignment, size_t size) { count++; return __libc_memalign(alignment, size); }
    int posix_memalign(void **result, size_t alignment, size_t size) {
      count++;
      *result = __libc_memalign(alignment, size);
      return *result ? 0 : ENOMEM;
    }
    """

  @Test(
    "20,000 cycles of AlexNet's conv2 on 32 x 32 PEs, every dataflow, and 40,000 of its CONV5 on the row-stationary chip"
  )
  func steadyState() async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("systole-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try Self.counter.write(to: directory.appendingPathComponent("count.c"), atomically: true, encoding: .utf8)
    try Tool.run(["clang", "-O2", "-shared", "-fPIC", "-o", "count.so", "count.c"], in: directory.path)
    // The exit test's process loads the counter first.
    unsafe setenv("LD_PRELOAD", directory.appendingPathComponent("count.so").path, 1)
    defer { unsafe unsetenv("LD_PRELOAD") }
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      guard let symbol = unsafe dlsym(nil, "systole_allocation_count") else { exit(3) }
      let count = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> Int).self)
      for dataflow in Dataflow.allCases {
        for isDoubleBuffered in [false, true] {
          var simulator = try LargeArrayTests.run(dataflow, isDoubleBuffered: isDoubleBuffered).simulator
          _ = simulator.run(cycleLimit: 20_000)
          let before = count()
          _ = simulator.run(cycleLimit: 40_000)
          let line = "allocations \(count() - before) \(dataflow) \(isDoubleBuffered ? "double" : "single")\n"
          FileHandle.standardError.write(Data(line.utf8))
        }
      }
      let layer = try EyerissAlexNet.layers(batch: 4)[4]
      var operands = try fixedPointOperands(layer, seed: 5, zeros: 0.776, hasBias: false)
      (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap) = (true, true, true)
      var run = try RowStationaryLayerRun(operands, mapping: EyerissAlexNet.parameters[4], on: .eyeriss)
      _ = run.simulator.run(cycleLimit: 20_000)
      let before = count()
      _ = run.simulator.run(cycleLimit: 60_000)
      FileHandle.standardError.write(Data("allocations \(count() - before) row-stationary\n".utf8))
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let lines = said.split(separator: "\n").filter { $0.hasPrefix("allocations ") }
    #expect(lines.count == 2 * Dataflow.allCases.count + 1, "\(said)")
    // A tile's stores and a page of memory are made when they are first needed: a few in thousands of cycles, none a cycle.
    for line in lines {
      let allocations = try #require(Int(line.split(separator: " ")[1]), "\(line)")
      #expect(allocations < 200, "\(line)")
    }
  }
}
