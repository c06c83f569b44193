import Accelerators
import Compute
import Mappings
import Memory
import Simulation
import Testing
import Workloads

/// The devices that every machine runs on.
let allDevices: [DRAMSpecification] = [.ddr3x8, .ddr4, .lpddr4, .hbm2]

/// A DRAM behind a port of some bytes, on the device's own clock.
func dram(
  _ device: DRAMSpecification, portBytes: Int = 64, clock: ClockPeriod? = nil
) throws -> OffChipMemory.Spec {
  OffChipMemory.Spec(try DRAMMemory.Spec(device, portBytes: portBytes), clock: clock)
}

/// An ideal memory on a device's clock: the latency of a row hit, and all the bandwidth that the port has.
func idealBound(of device: DRAMSpecification, portBytes: Int = 64) throws -> OffChipMemory.Spec {
  OffChipMemory.Spec(
    IdealMemory.Spec(
      portBytes: portBytes, bytesPerCycle: portBytes, latencyCycles: device.timing.readLatency + 1,
      capacityBytes: 1 << 28),
    clock: try dram(device).clock)
}

/// What must hold of every finished run's memory: bytes by tensor add up to those of port and bus.
func checkConservation(_ memory: OffChipMemory, _ comment: Comment) {
  let total = memory.traffic.total
  let port = memory.counters
  #expect(total.usefulBytes == port.usefulReadBytes + port.usefulWrittenBytes, comment)
  for tensor in OffChipTensor.allCases {
    let own = memory.traffic[tensor]
    #expect(own.refetchedBytes <= own.usefulBytes, comment)
  }
  #expect(total.paddingBytes >= 0, comment)
  guard let dram = memory.dram else {
    #expect(total.movedBytes == port.readBytes + port.writtenBytes, comment)
    return
  }
  let bursts = dram.channels.reduce(0) {
    $0 + $1.counters[.read] + $1.counters[.write] + $1.counters.forwardedReads
  }
  #expect(total.movedBytes == bursts * dram.spec.device.organisation.burstBytes, comment)
}
