public import Signals

/// Hands batches of samples to a writer, on a thread of its own if it may, while the simulation fills the next one.
///
/// The file is the same with and without the thread. An error of the writer is met at the next call.
public final class BatchEncoder {
  /// The batch that is being written, and its writer; the worker's while it is busy.
  private final class FullBatch: @unchecked Sendable {
    let writer: any WaveWriter
    var batch = SampleBatch()

    init(writer: any WaveWriter) {
      self.writer = writer
    }

    func write() throws(WaveError) {
      try writer.record(batch)
      batch.removeAll()
    }
  }

  private let full: FullBatch
  private let worker: BackgroundWorker

  /// An encoder for a writer, which nobody else may use before `wait` has returned.
  public init(_ writer: any WaveWriter, usesThread: Bool) {
    full = FullBatch(writer: writer)
    worker = BackgroundWorker(usesThread: usesThread)
  }

  /// Takes a batch in exchange for an empty one.
  public func take(_ batch: inout SampleBatch) throws(WaveError) {
    try worker.wait()
    swap(&batch, &full.batch)
    try worker.submit { [full] () throws(WaveError) in try full.write() }
  }

  /// Waits until everything is in the writer.
  public func wait() throws(WaveError) {
    try worker.wait()
  }
}
