import TestSupport
import Testing

@testable import Reports

struct RooflineTests {
  /// The chip's roofs: 33.6 GMAC/s, 480 MB/s; a layer right of the ridge, one left of it, one that moves nothing.
  private let roofline = Roofline(
    machine: "eyeriss <v1>", peak: 67.2e9, bandwidth: 0.48e9,
    layers: [
      .init("conv1", operations: 843_321_600, bytes: 5_000_000, seconds: 0.0209),
      .init("fc6", operations: 302_000_000, bytes: 75_500_000, seconds: 0.2),
      .init("relu", operations: 0, bytes: 1000, seconds: 0.001),
      .init("resident", operations: 1000, bytes: 0, seconds: 1e-6),
    ])

  @Test("Ridge, roofs and bounds by hand")
  func numbers() {
    #expect(roofline.ridge == 140)
    let layers = roofline.layers
    #expect(layers[0].intensity == 168.66432)
    #expect(roofline.roof(of: layers[0]) == 67.2e9)
    #expect(roofline.bound(of: layers[0]) == .compute)
    #expect(layers[1].intensity == 4)
    #expect(roofline.roof(of: layers[1]) == 1.92e9)
    #expect(roofline.bound(of: layers[1]) == .memory)
    #expect(roofline.roof(of: layers[2]) == 0)
    #expect(roofline.bound(of: layers[3]) == .compute)
    #expect(roofline.roof(of: layers[3]) == 67.2e9)
  }

  @Test("The table as text")
  func table() {
    #expect(
      roofline.text == """
        Roofline of eyeriss <v1>: peak 67.200 Gop/s, off-chip bandwidth 0.480 GB/s, ridge at 140.0 op/byte
        layer      operations    off_chip  intensity  attained    roof  of_roof  bound_by
                                    bytes    op/byte     Gop/s   Gop/s        %
        --------  -----------  ----------  ---------  --------  ------  -------  --------
        conv1     843,321,600   5,000,000     168.66    40.350  67.200     60.0  compute
        fc6       302,000,000  75,500,000       4.00     1.510   1.920     78.6  memory
        relu                0       1,000       0.00     0.000   0.000      0.0  memory
        resident        1,000           0          -     1.000  67.200      1.5  compute

        """)
  }

  @Test("The picture is well-formed, the same every time, and has the roof and each layer where they belong")
  func picture() throws {
    #expect(roofline.svg == roofline.svg)
    // Python's XML parser reads back the dots and the roof's two lines.
    let script = """
      import sys, xml.etree.ElementTree as E
      root = E.fromstring(sys.stdin.buffer.read())
      n = '{http://www.w3.org/2000/svg}'
      assert root.tag == n + 'svg' and root.get('aria-label') == 'Roofline of eyeriss <v1>'
      for c in root.iter(n + 'circle'): print(c.get('cx'), c.get('cy'), c.get('fill') == 'white', c[0].text)
      for l in root.iter(n + 'line'):
        if l.get('stroke-width') == '2': print(*(l.get(k) for k in ('x1', 'y1', 'x2', 'y2')))
      """
    let read = String(decoding: try Python.run(script, input: Array(roofline.svg.utf8)), as: UTF8.self)
    // Axes: 1 to 1000 op/byte over 660 units from 80 on, 1e9 to 1e11 op/s over 380 units from 400 up.
    #expect(
      read == """
        569.9 94.9 False conv1: 168.66 op/byte, 40.350 Gop/s, bound by compute
        212.5 366.0 True fc6: 4.00 op/byte, 1.510 Gop/s, bound by memory
        150.1 400.0 552.1 52.8
        552.1 52.8 740.0 52.8

        """)
  }

  @Test("A page is well-formed and escapes what it is given")
  func page() throws {
    var page = HTMLReport(title: "A & <B>")
    page.heading("Roofline")
    page.paragraph("\"quoted\" \u{1} 'text'")
    page.preformatted("a < b")
    page.table(roofline.table)
    page.picture(svg: roofline.svg)
    let script = """
      import sys, xml.etree.ElementTree as E
      text = sys.stdin.buffer.read().decode().replace('<meta charset="utf-8">', '').replace('<br>', '<br/>')
      root = E.fromstring(text.split('>', 1)[1])
      print(root.find('body/h1').text, root.find('body/p').text, root.find('body/pre').text, sep='|')
      print([c.text for c in root.find('body/table/tbody/tr')])
      """
    let read = String(decoding: try Python.run(script, input: Array(page.html.utf8)), as: UTF8.self)
    #expect(
      read == """
        A & <B>|"quoted"  'text'|a < b
        ['conv1', '843,321,600', '5,000,000', '168.66', '40.350', '67.200', '60.0', 'compute']

        """)
  }
}
