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

  /// VGG-16's convolution layers, three images, 1 V, 200 MHz core, 60 MHz link (JSSC 2017, table VI).
  ///
  /// The paper gives no mapping and no uncompressed bytes for it. Zeros of an ofmap are those of the next layer's ifmap where no
  /// pooling lies between.
  public static let vgg16: [Layer] = [
    Layer(
      name: "CONV1-1", totalMilliseconds: 76.2, processingMilliseconds: 38.0, activePEs: 156, zeroFraction: 0.016,
      glbMegabytes: 112.6, dramMegabytes: 15.4, uncompressedMegabytes: nil, ofmapZeroFraction: 0.477),
    Layer(
      name: "CONV1-2", totalMilliseconds: 910.3, processingMilliseconds: 810.6, activePEs: 156, zeroFraction: 0.477,
      glbMegabytes: 2402.8, dramMegabytes: 54.0, uncompressedMegabytes: nil, ofmapZeroFraction: nil),
    Layer(
      name: "CONV2-1", totalMilliseconds: 470.3, processingMilliseconds: 405.3, activePEs: 156, zeroFraction: 0.248,
      glbMegabytes: 1201.4, dramMegabytes: 33.4, uncompressedMegabytes: nil, ofmapZeroFraction: 0.387),
    Layer(
      name: "CONV2-2", totalMilliseconds: 894.3, processingMilliseconds: 810.8, activePEs: 156, zeroFraction: 0.387,
      glbMegabytes: 2402.8, dramMegabytes: 48.5, uncompressedMegabytes: nil, ofmapZeroFraction: nil),
    Layer(
      name: "CONV3-1", totalMilliseconds: 241.1, processingMilliseconds: 204.0, activePEs: 156, zeroFraction: 0.397,
      glbMegabytes: 607.4, dramMegabytes: 20.2, uncompressedMegabytes: nil, ofmapZeroFraction: 0.581),
    Layer(
      name: "CONV3-2", totalMilliseconds: 460.9, processingMilliseconds: 408.1, activePEs: 156, zeroFraction: 0.581,
      glbMegabytes: 1214.8, dramMegabytes: 32.2, uncompressedMegabytes: nil, ofmapZeroFraction: 0.587),
    Layer(
      name: "CONV3-3", totalMilliseconds: 457.7, processingMilliseconds: 408.1, activePEs: 156, zeroFraction: 0.587,
      glbMegabytes: 1214.8, dramMegabytes: 30.8, uncompressedMegabytes: nil, ofmapZeroFraction: nil),
    Layer(
      name: "CONV4-1", totalMilliseconds: 135.8, processingMilliseconds: 105.1, activePEs: 168, zeroFraction: 0.643,
      glbMegabytes: 321.8, dramMegabytes: 17.8, uncompressedMegabytes: nil, ofmapZeroFraction: 0.747),
    Layer(
      name: "CONV4-2", totalMilliseconds: 254.8, processingMilliseconds: 210.0, activePEs: 168, zeroFraction: 0.747,
      glbMegabytes: 643.7, dramMegabytes: 28.6, uncompressedMegabytes: nil, ofmapZeroFraction: 0.854),
    Layer(
      name: "CONV4-3", totalMilliseconds: 246.3, processingMilliseconds: 210.0, activePEs: 168, zeroFraction: 0.854,
      glbMegabytes: 643.7, dramMegabytes: 22.8, uncompressedMegabytes: nil, ofmapZeroFraction: nil),
    Layer(
      name: "CONV5-1", totalMilliseconds: 54.3, processingMilliseconds: 48.3, activePEs: 168, zeroFraction: 0.794,
      glbMegabytes: 90.0, dramMegabytes: 6.3, uncompressedMegabytes: nil, ofmapZeroFraction: 0.874),
    Layer(
      name: "CONV5-2", totalMilliseconds: 53.7, processingMilliseconds: 48.5, activePEs: 168, zeroFraction: 0.874,
      glbMegabytes: 90.0, dramMegabytes: 5.7, uncompressedMegabytes: nil, ofmapZeroFraction: 0.885),
    Layer(
      name: "CONV5-3", totalMilliseconds: 53.7, processingMilliseconds: 48.5, activePEs: 168, zeroFraction: 0.885,
      glbMegabytes: 90.0, dramMegabytes: 5.6, uncompressedMegabytes: nil, ofmapZeroFraction: nil),
  ]

  /// The published tables, by the name that a configuration gives them.
  public enum Table: String, Sendable, CaseIterable {
    /// No table.
    case none
    /// Table V.
    case alexNet = "eyeriss-alexnet"
    /// Table VI.
    case vgg16 = "eyeriss-vgg16"

    /// Its rows.
    public var layers: [Layer] {
      switch self {
      case .none: []
      case .alexNet: EyerissSilicon.alexNet
      case .vgg16: EyerissSilicon.vgg16
      }
    }
  }
}
