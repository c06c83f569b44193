// Minima and maxima of times without branches. Which bank is ready first is as good as random, so that a processor that guesses
// loses more than the arithmetic costs.

/// The smaller of two numbers less than 2^63 apart.
@inline(__always)
func earlier(_ first: Int, _ second: Int) -> Int {
  let difference = first &- second
  return second &+ (difference & (difference &>> 63))
}

/// The larger of two numbers less than 2^63 apart.
@inline(__always)
func later(_ first: Int, _ second: Int) -> Int {
  let difference = first &- second
  return first &- (difference & (difference &>> 63))
}
