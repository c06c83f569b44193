import Memory
import Testing

@Suite struct ReferenceTests {
  @Test func table() throws {
    for (key, reference) in try Reference.results().sorted(by: { $0.key < $1.key }) {
      let parts = key.split(separator: "/").map(String.init)
      let options = try Reference.options(parts[0], refresh: parts[1] == "ref")
      let (r, _) = try Reference.run(options, Reference.trace(Reference.geometry(of: parts[0]), parts[2]))
      let ok = r.span >= reference.span_min && r.span <= reference.span_max
      let okLatency = r.readLatency >= reference.lat_min && r.readLatency <= reference.lat_max
      print(key, ok ? "ok" : "SPAN", okLatency ? "ok" : "LAT", r.span, reference.span_min, reference.span_max, "lat", r.readLatency, reference.lat_min, reference.lat_max, "max", r.readLatencyMaximum, "ACT", r.commands["ACT"]!, "h/m/c", r.rowHits, r.rowMisses, r.rowConflicts, "REF", r.commands["REF"]!, "viol", r.violations!.count, r.violations!.first ?? "")
    }
  }
}
