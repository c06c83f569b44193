public import Signals

extension GlobalBuffer: Observable {
  /// Which ports work.
  public static let columns: [SignalColumn<GlobalBuffer>] = [
    SignalColumn(
      "access", "The bank's port is taken in this cycle.", kind: .wire, .bit,
      extent: { .list(prefix: "bank", count: $0.spec.banks) }
    ) { buffer, sampler in
      sampler.take(count: buffer.spec.banks) { buffer.isTaken(bank: $0) ? 1 : 0 }
    },
    SignalColumn(
      name: { _ in "busy_banks" }, "Banks whose port is taken, a bit each, bank 0 the lowest.", kind: .wire,
      format: { .mask(bits: $0.spec.banks) }
    ) { buffer, sampler in
      sampler.take(count: 1) { _ in buffer.taken }
    },
  ]
}
