internal import Dispatch

/// Does jobs in order on a thread of its own, one at a time, while its owner prepares the next: a double buffer's second half.
///
/// A job hands nothing back but its error, which the owner meets at its next call, and at every one after it: nothing is done any
/// more behind a job that failed. Without a thread, jobs are done where they are submitted, with the same results.
final class BackgroundWorker: @unchecked Sendable {
  // Only one thread at a time touches what jobs work on: the worker between `submit` and the end of the job, else the owner.
  private let queue: DispatchQueue?
  private let isDone = DispatchSemaphore(value: 0)
  private var isBusy = false
  private var failure: WaveError?

  init(usesThread: Bool) {
    queue = usesThread ? DispatchQueue(label: "systole waveform encoder", qos: .userInitiated) : nil
  }

  /// Waits for the job before, then begins this one. Throws what an earlier job threw.
  func submit(_ job: @escaping @Sendable () throws(WaveError) -> Void) throws(WaveError) {
    try wait()
    guard let queue else { return try perform(job) }
    isBusy = true
    queue.async { [self] in
      try? perform(job)
      isDone.signal()
    }
  }

  /// Waits until nothing is under way. Throws what an earlier job threw.
  func wait() throws(WaveError) {
    if isBusy {
      isDone.wait()
      isBusy = false
    }
    if let failure { throw failure }
  }

  private func perform(_ job: () throws(WaveError) -> Void) throws(WaveError) {
    do {
      try job()
    } catch {
      failure = error
      throw error
    }
  }
}
