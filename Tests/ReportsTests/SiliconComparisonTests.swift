import Mappings
import Testing

@testable import Reports

struct SiliconComparisonTests {
  private func layer(_ published: EyerissSilicon.Layer, _ factor: Double) -> SiliconComparison.Layer {
    .init(
      name: published.name, totalMilliseconds: published.totalMilliseconds * factor,
      processingMilliseconds: published.processingMilliseconds * factor, activePEs: published.activePEs,
      zeroFraction: published.zeroFraction, glbBytes: Int((published.glbMegabytes * 1e6).rounded()),
      dramBytes: Int((published.dramMegabytes * 1e6).rounded()),
      uncompressedBytes: Int(((published.uncompressedMegabytes ?? 0) * 1e6).rounded()))
  }

  @Test("The table as published: its sums, and what it says of itself")
  func published() {
    let rows = EyerissSilicon.alexNet
    #expect(abs(rows.reduce(0) { $0 + $1.totalMilliseconds } - 115.3) < 1e-9)
    #expect(abs(rows.reduce(0) { $0 + $1.processingMilliseconds } - 103.5) < 1e-9)
    #expect(abs(rows.reduce(0) { $0 + $1.dramMegabytes } - 15.4) < 1e-9)
    // 208.5 in the paper's last row: rounded after adding.
    #expect(abs(rows.reduce(0) { $0 + $1.glbMegabytes } - 208.6) < 1e-9)
  }

  @Test("VGG-16's table: its rows add up to the paper's last row, but for the rounding of each")
  func publishedVGG16() {
    let rows = EyerissSilicon.vgg16
    #expect(rows.count == 13)
    #expect(abs(rows.reduce(0) { $0 + $1.totalMilliseconds } - 4309.5) < 0.11)
    #expect(abs(rows.reduce(0) { $0 + $1.processingMilliseconds } - 3755.2) < 0.11)
    #expect(abs(rows.reduce(0) { $0 + $1.glbMegabytes } - 11035.8) < 1e-6)
    #expect(abs(rows.reduce(0) { $0 + $1.dramMegabytes } - 321.1) < 0.21)
  }

  @Test("A model that equals the chip has no error; one that is 8 % slow fails only the 5 % of the sum")
  func errors() {
    let exact = SiliconComparison(EyerissSilicon.alexNet, EyerissSilicon.alexNet.map { layer($0, 1) })
    #expect(exact.misses.isEmpty)
    #expect(exact.entries.count == 5 * 7 + 5)
    #expect(exact.entries.allSatisfy { abs($0.error) < 1e-9 })
    #expect(exact.text.hasSuffix("Every error is within its bound.\n"))
    let slow = SiliconComparison(EyerissSilicon.alexNet, EyerissSilicon.alexNet.map { layer($0, 1.08) })
    #expect(slow.misses.map { "\($0.layer) \($0.quantity.name)" } == ["total processing"])
    #expect(slow.text.hasSuffix("Beyond their bounds:\ntotal processing: 8.0 %, allowed are 5.0 %\n"))
  }

  @Test("Paper, model and error side by side")
  func text() {
    let one = SiliconComparison(EyerissSilicon.alexNet, [layer(EyerissSilicon.alexNet[1], 1.1)])
    #expect(
      one.text == """
        layer  total_paper  total_model  total_error  processing_paper  processing_model  processing_error
                        ms           ms            %                ms                ms                 %
        -----  -----------  -----------  -----------  ----------------  ----------------  ----------------
        CONV2        41.90        46.09         10.0             39.20             43.12              10.0

        layer  PEs_paper  PEs_model  PEs_error  zeros_paper  zeros_model  GLB_paper  GLB_model  GLB_error
                                             %            %            %         MB         MB          %
        -----  ---------  ---------  ---------  -----------  -----------  ---------  ---------  ---------
        CONV2        135        135        0.0        38.70        38.70      77.60      77.60        0.0

        layer  DRAM_paper  DRAM_model  DRAM_error  uncompressed_paper  uncompressed_model  uncompressed_error
                       MB          MB           %                  MB                  MB                   %
        -----  ----------  ----------  ----------  ------------------  ------------------  ------------------
        CONV2        4.00        4.00         0.0                5.43                5.43                 0.0

        Every error is within its bound.

        """)
  }
}
