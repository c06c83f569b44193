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

    /// A row of a table, its columns in the paper's order.
    init(
      _ name: String, _ totalMilliseconds: Double, _ processingMilliseconds: Double, _ activePEs: Int,
      _ zeroFraction: Double, _ glbMegabytes: Double, _ dramMegabytes: Double, uncompressed: Double? = nil,
      ofmapZeros: Double? = nil
    ) {
      self.name = name
      (self.totalMilliseconds, self.processingMilliseconds) = (totalMilliseconds, processingMilliseconds)
      (self.activePEs, self.zeroFraction) = (activePEs, zeroFraction)
      (self.glbMegabytes, self.dramMegabytes) = (glbMegabytes, dramMegabytes)
      (uncompressedMegabytes, ofmapZeroFraction) = (uncompressed, ofmapZeros)
    }
  }

  /// AlexNet's convolution layers, four images, 1 V, 200 MHz core, 60 MHz link (JSSC 2017, table V).
  ///
  /// Uncompressed bytes are the bars of the ISSCC 2016 poster. MB are 10^6 bytes: only they reproduce the published 0.0029
  /// DRAM accesses a MAC.
  public static let alexNet: [Layer] = [
    Layer("CONV1", 20.9, 16.5, 154, 0.0001, 18.5, 5.0, uncompressed: 6.06, ofmapZeros: 0.61),
    Layer("CONV2", 41.9, 39.2, 135, 0.387, 77.6, 4.0, uncompressed: 5.43, ofmapZeros: 0.84),
    Layer("CONV3", 23.6, 21.8, 156, 0.725, 50.2, 3.0, uncompressed: 5.07, ofmapZeros: 0.69),
    Layer("CONV4", 18.4, 16.0, 156, 0.793, 37.4, 2.1, uncompressed: 3.93, ofmapZeros: 0.67),
    Layer("CONV5", 10.5, 10.0, 156, 0.776, 24.9, 1.3, uncompressed: 2.61, ofmapZeros: 0.89),
  ]

  /// VGG-16's convolution layers, three images, 1 V, 200 MHz core, 60 MHz link (JSSC 2017, table VI).
  ///
  /// The paper gives no mapping and no uncompressed bytes for it. Zeros of an ofmap are those of the next layer's ifmap where no
  /// pooling lies between.
  public static let vgg16: [Layer] = [
    Layer("CONV1-1", 76.2, 38.0, 156, 0.016, 112.6, 15.4, ofmapZeros: 0.477),
    Layer("CONV1-2", 910.3, 810.6, 156, 0.477, 2402.8, 54.0),
    Layer("CONV2-1", 470.3, 405.3, 156, 0.248, 1201.4, 33.4, ofmapZeros: 0.387),
    Layer("CONV2-2", 894.3, 810.8, 156, 0.387, 2402.8, 48.5),
    Layer("CONV3-1", 241.1, 204.0, 156, 0.397, 607.4, 20.2, ofmapZeros: 0.581),
    Layer("CONV3-2", 460.9, 408.1, 156, 0.581, 1214.8, 32.2, ofmapZeros: 0.587),
    Layer("CONV3-3", 457.7, 408.1, 156, 0.587, 1214.8, 30.8),
    Layer("CONV4-1", 135.8, 105.1, 168, 0.643, 321.8, 17.8, ofmapZeros: 0.747),
    Layer("CONV4-2", 254.8, 210.0, 168, 0.747, 643.7, 28.6, ofmapZeros: 0.854),
    Layer("CONV4-3", 246.3, 210.0, 168, 0.854, 643.7, 22.8),
    Layer("CONV5-1", 54.3, 48.3, 168, 0.794, 90.0, 6.3, ofmapZeros: 0.874),
    Layer("CONV5-2", 53.7, 48.5, 168, 0.874, 90.0, 5.7, ofmapZeros: 0.885),
    Layer("CONV5-3", 53.7, 48.5, 168, 0.885, 90.0, 5.6),
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
