import Accelerators
import Compute
import Mappings
import Memory
import Simulation
import Tensors
import Workloads

/// A vector unit that a test can see through.
func vectorSpec(lanes: Int, queueDepth: Int = 2, bufferBytes: Int = 1 << 14) -> VectorPath.Spec {
  VectorPath.Spec(
    unit: VectorUnit.Spec(lanes: lanes, queueDepth: queueDepth, parameterBytes: 1 << 13), bufferBytes: bufferBytes)
}

/// A random requantisation: any scheme, one factor or one a channel, int8 or uint8 results.
func randomRequantisation(channels: Int, random: inout SplitMix64) -> Requantisation? {
  let scheme = RequantisationScheme.allCases[Int(random.next(below: 3))]
  let isPerChannel = random.next(below: 2) == 0
  let isSigned = random.next(below: 2) == 0
  let scales = (0..<(isPerChannel ? channels : 1)).map { _ in Float(1 + random.next(below: 1000)) * 1e-5 }
  let range: ClosedRange<Int32> = isSigned ? -128...127 : 0...255
  let low = range.lowerBound + Int32(random.next(below: 100))
  return Requantisation(
    scheme: scheme, inputScale: 0.02, filterScales: scales, outputScale: 0.05,
    zeroPoint: range.lowerBound + Int32(random.next(below: 256)), clamp: low...range.upperBound)
}
