internal import Configuration

/// The ways in which a configuration can name its workload, by the key that stands for each.
protocol WorkloadForm: CaseIterable, RawRepresentable<String> {
  /// Whether a configuration names its workload in this way.
  func isSet(in configuration: Configuration) -> Bool
}

extension WorkloadForm {
  func isSet(in configuration: Configuration) -> Bool { configuration.has(rawValue) }

  /// The one way that a configuration takes; throws `ConfigurationError` where it takes none or several.
  static func only(in configuration: Configuration) throws(ConfigurationError) -> Self {
    let forms = allCases.filter { $0.isSet(in: configuration) }
    guard let form = forms.first else {
      throw ConfigurationError(
        file: configuration.file.isEmpty ? "configuration" : configuration.file, position: nil, kind: .missing,
        problem: "there is nothing to run",
        remedy: "set " + allCases.map(\.rawValue).joined(separator: ", or "))
    }
    guard forms.count == 1 else {
      throw configuration.fault(
        forms[1].rawValue, "and \(form.rawValue) are both set; a run has one workload", remedy: "leave one of them out")
    }
    return form
  }
}
