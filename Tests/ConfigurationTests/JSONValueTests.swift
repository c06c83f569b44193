import Testing

@testable import Configuration

struct JSONValueTests {
  @Test func writesInOrderAndShortest() {
    let value: JSONValue = [
      "b": 1, "a": [0.1, 1e300, -0.0, 3], "c": ["x": [], "y": [:]], "n": .null, "s": "a\"\\\u{1}\n/é😀",
    ]
    #expect(
      value.compactText == #"{"b":1,"a":[0.1,1e+300,-0.0,3],"c":{"x":[],"y":{}},"n":null,"s":"a\"\\\u0001\n/é😀"}"#)
    #expect(
      value.text == """
        {
          "b": 1,
          "a": [0.1, 1e+300, -0.0, 3],
          "c": {
            "x": [],
            "y": {}
          },
          "n": null,
          "s": "a\\"\\\\\\u0001\\n/é😀"
        }

        """)
  }

  @Test func listsOfObjectsBreakLines() {
    let value: JSONValue = [["a": 1], ["b": 2]]
    #expect(value.text == "[\n  {\n    \"a\": 1\n  },\n  {\n    \"b\": 2\n  }\n]\n")
  }

  @Test func numbersReadBackAsTheSameBits() throws {
    var random = TestRandom(state: 3)
    for _ in 0..<10_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      let text = JSONValue.number(number).compactText
      #expect(Double(text)?.bitPattern == number.bitPattern)
      guard case .number(let read) = try JSON5Document(text: text, file: "").root.content else {
        Issue.record("\(text) is no number")
        continue
      }
      #expect(read.bitPattern == number.bitPattern)
    }
  }
}
