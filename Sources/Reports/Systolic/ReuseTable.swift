public import Workloads

extension ReportTable {
  /// The columns of one layer's reuse: first uses, and the kinds of reuse that add up to all uses.
  public static let reuseColumns: [Column] = [
    .init("ifmap_elements"), .init("conv_reuse_ifmap"), .init("fmap_reuse"), .init("weights"),
    .init("conv_reuse_filter"),
    .init("filter_reuse"), .init("padding_macs"),
  ]

  /// One layer's cells under `reuseColumns`.
  public static func reuseCells(_ reuse: LayerReuse) -> [Cell] {
    [
      .integer(reuse.ifmapElements), .integer(reuse.convolutionalIfmap), .integer(reuse.fmap), .integer(reuse.weights),
      .integer(reuse.convolutionalFilter), .integer(reuse.filter), .integer(reuse.paddingMACs),
    ]
  }
}
