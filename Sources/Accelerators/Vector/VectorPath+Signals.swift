import Signals

extension VectorSequencer: Observable {
  static let columns: [SignalColumn<VectorSequencer>] = [
    SignalColumn("queued_jobs", "Jobs in the queue, the one under way included.", .unsigned(bits: 4)) {
      $1.take($0.jobs.count)
    },
    SignalColumn("result", "First result of the vector that is read next.", .unsigned(bits: 32)) {
      $1.take($0.position)
    },
    SignalColumn("tap", "Which of its operand vectors is next.", .unsigned(bits: 32)) { $1.take($0.tap) },
    SignalColumn("reads", "An operand vector is read in this cycle.", kind: .wire, .bit) { $1.take($0.reads) },
    SignalColumn("finished_jobs", "Jobs whose operands were all read in this layer.", .unsigned(bits: 32)) {
      $1.take($0.finishedJobs)
    },
  ]
}

extension StorePacker: Observable {
  static let columns: [SignalColumn<StorePacker>] = [
    SignalColumn("staged_bytes", "Result bytes that wait for their block to be complete.", .unsigned(bits: 9)) {
      $1.take($0.staged.count)
    },
    SignalColumn("queued_stores", "Stores whose bytes are still to leave.", .unsigned(bits: 4)) {
      $1.take($0.stores.count)
    },
    SignalColumn("sent_bytes", "Bytes that leave in this cycle.", kind: .wire, .unsigned(bits: 7)) {
      $1.take($0.sentBytes)
    },
  ]
}
