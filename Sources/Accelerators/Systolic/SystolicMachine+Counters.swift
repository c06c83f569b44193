import Compute
import Memory
public import Signals

extension SystolicMachine {
  /// Every counter of the machine, block by block, in the order of the block diagram.
  public var allCounters: [CounterValue] {
    counters.values(scope: "array") + operandSources.values(scope: "operands")
      + ifmapSpad.counters.values(scope: "ifmap_spad")
      + filterSpad.counters.values(scope: "filter_spad") + accumulator.counters.values(scope: "accumulator")
      + vector.unit.counters.values(scope: "vector_unit") + vector.buffer.counters.values(scope: "vector_buffer")
      + transfers.counters.values(scope: "transfer_engine") + memory.allCounters
  }
}
