import Accelerators
import Arguments
import Configuration
import Mappings
import Memory
import Reports
import Runs
import Tensors
import WaveFormats
import Workloads

extension ExitCode {
  /// What the process ends with after an error; an error that is not listed is a fault of the program.
  init(_ error: any Error) {
    self =
      switch error {
      case is UsageError, is ConfigurationError, is InputError, is LayerError, is OutputError, is DRAMError,
        is WaveError, is PlacementConflict, is SavedRunError:
        .usage
      case is ScheduleError, is PlacementError, is RowStationaryMappingError, is RowStationarySpecError,
        is RowStationaryOperandError:
        .infeasible
      case let error as NetworkError: error.kind == .unsupported ? .infeasible : .usage
      case is StuckError: .stuck
      case is InterruptedError: .interrupted
      default: .internalFault
      }
  }
}
