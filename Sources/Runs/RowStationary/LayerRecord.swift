internal import Configuration
internal import Workloads

/// A layer in a configuration's own list of layers: `{ name: "conv1", channels: 3, height: 227, ... }`.
enum LayerRecord {
  /// Its keys.
  static let keys: [ConfigurationKey] = [
    ConfigurationKey("name", .string, default: .required, "What reports call the layer."),
    ConfigurationKey("channels", extent, default: .required, "Channels of the ifmap, over all groups."),
    ConfigurationKey("height", extent, default: .required, unit: "rows", "Ifmap, without padding."),
    ConfigurationKey("width", extent, default: .absent, unit: "columns", "Ifmap, without padding; absent: as high."),
    ConfigurationKey("filters", extent, default: .required, "Filters, over all groups."),
    ConfigurationKey("filter_height", extent, default: .required, unit: "rows", "Of a filter."),
    ConfigurationKey("filter_width", extent, default: .absent, unit: "columns", "Of a filter; absent: as high."),
    ConfigurationKey("stride", extent, default: .value(.integer(1)), unit: "elements", "In both directions."),
    ConfigurationKey("padding", .integer(0...65536), default: .value(.integer(0)), unit: "elements", "On all sides."),
    ConfigurationKey("dilation", extent, default: .value(.integer(1)), unit: "elements", "In both directions."),
    ConfigurationKey("groups", extent, default: .value(.integer(1)), "Groups."),
    ConfigurationKey("batch", extent, default: .value(.integer(1)), unit: "images", "Images."),
    ConfigurationKey("zeros", .number(0...1), default: .absent, "Fraction of zeros in the ifmap."),
    ConfigurationKey("ofmap_zeros", .number(0...1), default: .absent, "Fraction of zeros behind the ReLU."),
  ]

  private static let extent = ConfigurationType.integer(1...(1 << 24))

  /// The layer that a record describes; throws `LayerError` where its extents make none.
  static func layer(_ record: Configuration) throws(LayerError) -> ConvolutionLayer {
    let (height, filterHeight) = (record.integer("height"), record.integer("filter_height"))
    let (stride, padding) = (record.integer("stride"), record.integer("padding"))
    let dilation = record.integer("dilation")
    return try ConvolutionLayer(
      name: record.string("name"), batch: record.integer("batch"), inputChannels: record.integer("channels"),
      inputHeight: height, inputWidth: record.optionalInteger("width") ?? height, filters: record.integer("filters"),
      filterHeight: filterHeight, filterWidth: record.optionalInteger("filter_width") ?? filterHeight,
      strideHeight: stride, strideWidth: stride, paddingTop: padding, paddingLeft: padding, paddingBottom: padding,
      paddingRight: padding, dilationHeight: dilation, dilationWidth: dilation, groups: record.integer("groups"))
  }
}
