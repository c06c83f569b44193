public import Tensors
public import Workloads

/// A network to run: its inputs, one group a run, and what the user expects of it.
public struct NetworkJob: Sendable {
  /// Outputs that a user brings along: those of every image in order.
  public struct Expectation: Sendable {
    /// The file's name.
    public let file: String
    /// The first output of all images, behind each other.
    public let outputs: AnyTensor
  }

  /// The network, lowered for `batch` images a run.
  public let network: Network
  /// Images a run.
  public let batch: Int
  /// Inputs by name, a run each.
  public let inputs: [[String: AnyTensor]]
  /// What reports call each image.
  public let imageNames: [String]
  /// The right class of each image.
  public let labels: [Int]?
  /// Outputs to compare with.
  public let expectation: Expectation?
  /// The time that a run may take.
  public let deadlineMilliseconds: Double?

  /// Images of all runs.
  public var imageCount: Int { imageNames.count }
}

/// Whose rounding a quantised network follows.
public enum NetworkRounding: String, CaseIterable, Sendable {
  /// TensorFlow Lite Micro: gemmlowp's double rounding everywhere.
  case tflm
  /// LiteRT's reference kernels: double rounding, fully connected layers rounded once.
  case litert
  /// onnxruntime: binary32.
  case onnxruntime

  /// The network's options.
  public var options: Network.Options {
    switch self {
    case .tflm: .tflm
    case .litert: .litert
    case .onnxruntime: .onnxruntime
    }
  }
}
