/// What was measured on the chip: the numbers that a model is held against.
public enum EyerissSilicon {
  /// One layer as published; nil where the source says nothing.
  public struct Layer: Sendable, Hashable {
    /// The layer's name.
    public let name: String
    /// With ifmap loads and ofmap dumps, which do not overlap with processing.
    public let totalMilliseconds: Double
    /// As if they overlapped.
    public let processingMilliseconds: Double
    /// PEs that work.
    public let activePEs: Int
    /// Zeros in the ifmaps, of all elements.
    public let zeroFraction: Double
    /// Between GLB and array, in 10^6 bytes.
    public let glbMegabytes: Double
    /// Over the off-chip link as moved, in 10^6 bytes.
    public let dramMegabytes: Double
    /// What it would be without run-length coding, in 10^6 bytes.
    public let uncompressedMegabytes: Double?
    /// Zeros in the ofmaps behind ReLU that reproduce the compressed bytes: derived, not published.
    public let ofmapZeroFraction: Double?
  }

  /// AlexNet's convolution layers, four images, 1 V, 200 MHz core, 60 MHz link (JSSC 2017, table V).
  ///
  /// Uncompressed bytes are the bars of the ISSCC 2016 poster. MB are 10^6 bytes: only they reproduce the published 0.0029
  /// DRAM accesses a MAC.
  public static let alexNet: [Layer] = [
    Layer(
      name: "CONV1", totalMilliseconds: 20.9, processingMilliseconds: 16.5, activePEs: 154, zeroFraction: 0.0001,
      glbMegabytes: 18.5, dramMegabytes: 5.0, uncompressedMegabytes: 6.06, ofmapZeroFraction: 0.61),
    Layer(
      name: "CONV2", totalMilliseconds: 41.9, processingMilliseconds: 39.2, activePEs: 135, zeroFraction: 0.387,
      glbMegabytes: 77.6, dramMegabytes: 4.0, uncompressedMegabytes: 5.43, ofmapZeroFraction: 0.84),
    Layer(
      name: "CONV3", totalMilliseconds: 23.6, processingMilliseconds: 21.8, activePEs: 156, zeroFraction: 0.725,
      glbMegabytes: 50.2, dramMegabytes: 3.0, uncompressedMegabytes: 5.07, ofmapZeroFraction: 0.69),
    Layer(
      name: "CONV4", totalMilliseconds: 18.4, processingMilliseconds: 16.0, activePEs: 156, zeroFraction: 0.793,
      glbMegabytes: 37.4, dramMegabytes: 2.1, uncompressedMegabytes: 3.93, ofmapZeroFraction: 0.67),
    Layer(
      name: "CONV5", totalMilliseconds: 10.5, processingMilliseconds: 10.0, activePEs: 156, zeroFraction: 0.776,
      glbMegabytes: 24.9, dramMegabytes: 1.3, uncompressedMegabytes: 2.61, ofmapZeroFraction: 0.89),
  ]
}
