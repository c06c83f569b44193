public import Configuration
internal import Mappings
public import Reports
internal import Workloads

extension RowStationaryExplanation {
  /// Mapping, IDs of all controllers and expected counts, for programs.
  public var json: JSONValue {
    let estimate = RowStationaryEstimate(mapping, rates: rates)
    let placement = mapping.placement
    let accesses = estimate.accesses(on: mapping.resources)
    return .object([
      ("layer", .string(mapping.layer.name)), ("dataflow", "rs"),
      ("mapping", .object(mapping.parameters.named.map { ($0, .integer($1)) })),
      ("active_pes", .integer(mapping.activePEs)), ("passes", .integer(mapping.passes)),
      ("glb_ifmap_banks", .integer(mapping.glbBanks.ifmap)), ("glb_psum_banks", .integer(mapping.glbBanks.psum)),
      ("filter_ids", identifiers(placement.filterIDs)), ("ifmap_ids", identifiers(placement.ifmapIDs)),
      ("psum_ids", identifiers(placement.psumIDs)),
      ("expected_processing_cycles", .integer(estimate.processingCycles)),
      ("expected_total_cycles", .integer(estimate.totalCycles)),
      ("expected", .object(counts(estimate.counts))), ("energy_unit", .string(energyTable.unit)),
      ("expected_energy", .number(energyTable.total(accesses))),
    ])
  }

  private func identifiers(_ identifiers: RowStationaryPlacement.IDs) -> JSONValue {
    .object([
      ("rows", .array(identifiers.rows.map { .integer($0) })),
      ("columns", .array(identifiers.columns.map { .integer($0) })),
    ])
  }

  private func counts(_ counts: RowStationaryCounts) -> [(String, JSONValue)] {
    [
      ("macs", .integer(counts.macs)), ("compute_cycles", .integer(counts.computeCycles)),
      ("ifmap_network_words", .integer(counts.ifmapNetworkWords)),
      ("filter_network_words", .integer(counts.filterNetworkWords)),
      ("psum_network_words", .integer(counts.psumNetworkWords)),
      ("psum_output_words", .integer(counts.psumOutputWords)),
      ("ifmap_deliveries", .integer(counts.ifmapDeliveries)),
      ("filter_deliveries", .integer(counts.filterDeliveries)), ("local_psums", .integer(counts.localPsums)),
      ("ifmap_link_words", .integer(counts.ifmapLinkWords)), ("filter_link_words", .integer(counts.filterLinkWords)),
      ("ofmap_link_words", .integer(counts.ofmapLinkWords)),
    ]
  }
}
