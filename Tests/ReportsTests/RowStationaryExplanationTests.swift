import Mappings
import Testing
import Workloads

@testable import Reports

struct RowStationaryExplanationTests {
  @Test("A small layer on 3 x 3 PEs, all of it")
  func small() throws {
    let layer = try ConvolutionLayer(
      name: "example", inputChannels: 1, inputHeight: 5, inputWidth: 5, filters: 2, filterHeight: 3, filterWidth: 3)
    let resources = RowStationaryResources(
      rows: 3, columns: 3, ifmapSpadWords: 12, filterSpadWords: 224, psumSpadWords: 24, banks: 4, bankBytes: 64,
      operandBytes: 2, psumBytes: 2)
    let mapping = try RowStationaryMapping(layer, .init(m: 2, n: 1, e: 3, p: 2, q: 1, r: 1, t: 1), on: resources)
    #expect(
      RowStationaryExplanation(mapping, rates: .eyeriss).text == """
        example: ifmap 1 x 1 x 5 x 5 (padded), filters 2 x 1 x 3 x 3, stride 1 x 1, ofmap 1 x 2 x 3 x 3
        parameter  value  of  meaning
        ---------  -----  --  --------------------------------------------------
        m              2   2  ofmap channels whose psums are in the GLB
        n              1   1  images of a pass
        e              3   3  ofmap rows of a pass: columns of a PE set
        p              2   2  filters interleaved in a PE
        q              1   1  channels interleaved in a PE
        r              1   1  PE sets on different channels, one above the other
        t              1   2  PE sets on different filters

        Capacities
        capacity           formula                  used  available  share
                                                                         %
        -----------------  -----------------------  ----  ---------  -----
        ifmap spad words   q x S                       3         12   25.0
        filter spad words  p x q x S                   6        224    2.7
        psum spad words    p                           2         24    8.3
        PEs                r x t x R x e               9          9  100.0
        GLB ifmap banks    n q r ((e - 1) U + R) W     1          3   33.3
        GLB psum banks     n m e F                     1          3   33.3

        PE sets
        Cell: set, filter row / ofmap row of the strip; its ifmap row is ofmap row + filter row. Psums climb.
        A: filters +0..<2, channels +0..<1

             c00  c01  c02
        r00 A0/0 A0/1 A0/2
        r01 A1/0 A1/1 A1/2
        r02 A2/0 A2/1 A2/2

        Multicast IDs (row: controller on the Y-bus; columns: controllers on the row's X-bus; - is off)
        filter network
             row  c00 c01 c02
         r00   0    0   0   0
         r01   1    0   0   0
         r02   2    0   0   0

        ifmap network
             row  c00 c01 c02
         r00   0    0   1   2
         r01   0    1   2   3
         r02   0    2   3   4

        psum network
             row  c00 c01 c02
         r00   0    0   1   2
         r01   1    0   1   2
         r02   2    0   1   2

        Expected
        quantity           value  unit        meaning
        -----------------  -----  ----------  -------------------------------------------------------
        passes                 1  passes      steps that a psum sums over: 1
        macs                 162  operations  each once, zeros included
        compute               24  cycles      busiest PE of each pass, nothing to wait for
        processing            25  cycles      slowest of PEs and networks in each pass: a lower bound
        total                 66  cycles      with ifmap loads and ofmap dumps, uncompressed
        ifmap_network         25  words       GLB to array
        ifmap_deliveries      45  words       arrivals in PEs: each multicast word in several
        filter_network        18  words       GLB to array
        filter_deliveries     54  words       arrivals in PEs
        psum_network           0  words       GLB to array
        psum_output           18  words       array to GLB
        local_psums           72  words       PE to the PE above
        ifmap_link            25  words       off chip, uncompressed, padding included
        filter_link           18  words       off chip
        ofmap_link            18  words       off chip, uncompressed

        Expected energy (relative, in MAC)
        layer      dram  global_buffer  array  spad  mac  energy  per_mac
                    MAC            MAC    MAC   MAC  MAC     MAC      MAC
        -------  ------  -------------  -----  ----  ---  ------  -------
        example  12,200            732    378   720  162  14,192    87.60

        """)
  }

  @Test("CONV2: one set of 27 columns in two bands")
  func conv2() throws {
    let mapping = try RowStationaryMapping(EyerissAlexNet.layers()[1], EyerissAlexNet.parameters[1], on: .eyeriss)
    let text = RowStationaryExplanation(mapping, rates: .eyeriss).text
    #expect(
      text.contains(
        """
              c00   c01   c02   c03   c04   c05   c06   c07   c08   c09   c10   c11   c12   c13
        r00  A0/0  A0/1  A0/2  A0/3  A0/4  A0/5  A0/6  A0/7  A0/8  A0/9 A0/10 A0/11 A0/12 A0/13
        r01  A1/0  A1/1  A1/2  A1/3  A1/4  A1/5  A1/6  A1/7  A1/8  A1/9 A1/10 A1/11 A1/12 A1/13
        r02  A2/0  A2/1  A2/2  A2/3  A2/4  A2/5  A2/6  A2/7  A2/8  A2/9 A2/10 A2/11 A2/12 A2/13
        r03  A3/0  A3/1  A3/2  A3/3  A3/4  A3/5  A3/6  A3/7  A3/8  A3/9 A3/10 A3/11 A3/12 A3/13
        r04  A4/0  A4/1  A4/2  A4/3  A4/4  A4/5  A4/6  A4/7  A4/8  A4/9 A4/10 A4/11 A4/12 A4/13

        r05 A0/14 A0/15 A0/16 A0/17 A0/18 A0/19 A0/20 A0/21 A0/22 A0/23 A0/24 A0/25 A0/26     .
        r06 A1/14 A1/15 A1/16 A1/17 A1/18 A1/19 A1/20 A1/21 A1/22 A1/23 A1/24 A1/25 A1/26     .
        r07 A2/14 A2/15 A2/16 A2/17 A2/18 A2/19 A2/20 A2/21 A2/22 A2/23 A2/24 A2/25 A2/26     .
        r08 A3/14 A3/15 A3/16 A3/17 A3/18 A3/19 A3/20 A3/21 A3/22 A3/23 A3/24 A3/25 A3/26     .
        r09 A4/14 A4/15 A4/16 A4/17 A4/18 A4/19 A4/20 A4/21 A4/22 A4/23 A4/24 A4/25 A4/26     .
        """))
    #expect(text.contains("r10     .     .     .     .     .     .     .     .     .     .     .     .     .     .\n"))
  }

  @Test("CONV4: two by two sets")
  func conv4() throws {
    let mapping = try RowStationaryMapping(EyerissAlexNet.layers()[3], EyerissAlexNet.parameters[3], on: .eyeriss)
    let text = RowStationaryExplanation(mapping, rates: .eyeriss).text
    #expect(
      text.contains(
        """
        ifmap network
             row  c00 c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12 c13
         r00   0    0   1   2   3   4   5   6   7   8   9  10  11  12   -
         r01   0    1   2   3   4   5   6   7   8   9  10  11  12  13   -
         r02   0    2   3   4   5   6   7   8   9  10  11  12  13  14   -
         r03   1    0   1   2   3   4   5   6   7   8   9  10  11  12   -
         r04   1    1   2   3   4   5   6   7   8   9  10  11  12  13   -
         r05   1    2   3   4   5   6   7   8   9  10  11  12  13  14   -
         r06   0    0   1   2   3   4   5   6   7   8   9  10  11  12   -
         r07   0    1   2   3   4   5   6   7   8   9  10  11  12  13   -
         r08   0    2   3   4   5   6   7   8   9  10  11  12  13  14   -
         r09   1    0   1   2   3   4   5   6   7   8   9  10  11  12   -
         r10   1    1   2   3   4   5   6   7   8   9  10  11  12  13   -
         r11   1    2   3   4   5   6   7   8   9  10  11  12  13  14   -
        """))
  }
}
