internal import Foundation

/// How many fuzz cases to run: `SYSTOLE_FUZZ_CASES`, or a small default.
public func fuzzCases(_ small: Int) -> Int {
  ProcessInfo.processInfo.environment["SYSTOLE_FUZZ_CASES"].flatMap { Int($0) } ?? small
}
