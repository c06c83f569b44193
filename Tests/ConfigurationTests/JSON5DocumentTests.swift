import TestSupport
import Testing

@testable import Configuration

struct JSON5DocumentTests {
  func json(_ text: String) throws -> String {
    try JSON5Document(text: text, file: "a.json5").root.json.compactText
  }

  func message(_ text: String) -> String {
    do {
      return "accepted: " + (try json(text))
    } catch {
      return "\(error)"
    }
  }

  /// "Kitchen-sink example" of spec.json5.org, section 1.2.
  @Test func kitchenSink() throws {
    let text = """
      {
        // comments
        unquoted: 'and you can quote me on that',
        singleQuotes: 'I can use "double quotes" here',
        lineBreaks: "Look, Mom! \\
      No \\\\n's!",
        hexadecimal: 0xdecaf,
        leadingDecimalPoint: .8675309, andTrailing: 8675309.,
        positiveSign: +1,
        trailingComma: 'in objects', andIn: ['arrays',],
        "backwardsCompatible": "with JSON",
      }
      """
    #expect(
      try json(text)
        == #"{"unquoted":"and you can quote me on that","singleQuotes":"I can use \"double quotes\" here","#
        + #""lineBreaks":"Look, Mom! No \\n's!","hexadecimal":912559,"leadingDecimalPoint":0.8675309,"#
        + #""andTrailing":8675309.0,"positiveSign":1,"trailingComma":"in objects","andIn":["arrays"],"#
        + #""backwardsCompatible":"with JSON"}"#)
  }

  /// The examples of the specification's sections 2 to 8, and what each of them means.
  @Test(arguments: [
    ("null", "null"), (" true ", "true"), ("false", "false"), ("{}", "{}"), ("[]", "[]"), ("[[],]", "[[]]"),
    ("{ width: 1920, height: 1080, }", #"{"width":1920,"height":1080}"#),
    (
      "{ image: { width: 1920, height: 1080, 'aspect-ratio': '16:9', } }",
      #"{"image":{"width":1920,"height":1080,"aspect-ratio":"16:9"}}"#
    ),
    ("[ 1, true, 'three', ]", #"[1,true,"three"]"#),
    (
      #"'Lorem ipsum dolor sit amet, \"# + "\n" + "consectetur adipiscing elit.'",
      #""Lorem ipsum dolor sit amet, consectetur adipiscing elit.""#
    ),
    (#"'\A\C\/\D\C'"#, #""AC/DC""#),
    (#"'\b\f\n\r\t\v\0\x41\u0041\'\"\\'"#, #""\u0008\u000c\n\r\t\u000b\u0000AA'\"\\""#),
    (#"'\uD83D\uDE00'"#, #""😀""#), (#"'\"# + "\r\n" + "x'", #""x""#), ("'a\u{2028}b'", "\"a\u{2028}b\""),
    ("{ \\u0061b: 1, $_ü١: 2, 'x y': 3, null: 4, Infinity: 5 }", #"{"ab":1,"$_ü١":2,"x y":3,"null":4,"Infinity":5}"#),
    ("[123, 123.456, .456, 123e-456]", "[123,123.456,0.456,0.0]"),
    ("[0xdecaf, -0xC0FFEE, +0x1]", "[912559,-12648430,1]"),
    ("[Infinity, -Infinity, +Infinity, NaN, -NaN]", "[null,null,null,null,null]"),
    ("[1E3, 1e+3, 5., -.5, -0, 0, +0]", "[1000.0,1000.0,5.0,-0.5,-0.0,0,0]"),
    ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
    ("9223372036854775808", "9.223372036854776e+18"), ("0xFFFFFFFFFFFFFFFFFF", "4.722366482869645e+21"),
    ("// This is a single line comment.\n1", "1"), ("/* This is a multi-\n line * comment. **/ 1 //", "1"),
    ("\u{FEFF}\u{A0}\t\u{0B}\u{0C}\u{3000}\u{2029}1", "1"),
  ]) func meaning(text: String, expected: String) throws {
    #expect(try json(text) == expected)
  }

  @Test(arguments: [
    ("", "a.json5:1:1: expected a value, found the end of the file"),
    ("{a: 1,\n  b: 2,\n  a: 3}", "a.json5:3:3: the key 'a' is already set at 1:2; delete one of the two"),
    ("{'a': 1, \\u0061: 2}", "a.json5:1:10: the key 'a' is already set at 1:2; delete one of the two"),
    ("{a: 1 b: 2}", "a.json5:1:7: expected ',' or '}', found 'b'"),
    ("[1 2]", "a.json5:1:4: expected ',' or ']', found '2'"),
    ("{,}", "a.json5:1:2: expected a key or '}', found ','"), ("[,]", "a.json5:1:2: expected a value, found ','"),
    ("{a 1}", "a.json5:1:4: expected ':' after the key 'a', found '1'"),
    ("{1: 1}", "a.json5:1:2: expected a key or '}', found '1'"),
    ("{a: hello}", "a.json5:1:5: 'hello' is no value; quote it if it is a string"),
    ("010", "a.json5:1:1: a decimal number has no leading zeros; octal numbers are not JSON5"),
    ("0x", "a.json5:1:3: expected hexadecimal digits after 0x, found the end of the file"),
    (".", "a.json5:1:2: expected digits of a number, found the end of the file"),
    ("1e", "a.json5:1:3: expected digits of an exponent, found the end of the file"),
    ("1.2.3", "a.json5:1:4: expected the end of the number, found '.'"),
    ("3px", "a.json5:1:2: expected the end of the number, found 'p'"),
    ("+true", "a.json5:1:1: 'true' after a sign is no number"),
    ("'ab", "a.json5:1:1: this string has no end on its line; close it with '"),
    ("{a: \"x\n\"}", "a.json5:1:5: this string has no end on its line; close it with \""),
    (#"'\1'"#, "a.json5:1:2: '\\1' is no escape; write \\x00 to \\xFF"),
    (#"'\01'"#, "a.json5:1:2: octal escapes are not JSON5; write \\x00 to \\xFF"),
    (#"'\xZ1'"#, "a.json5:1:2: the escape needs 2 hexadecimal digits"),
    (#"'\u12'"#, "a.json5:1:2: the escape needs 4 hexadecimal digits"),
    (
      #"'\uD83D'"#,
      "a.json5:1:2: the escape \\uD83D is half of a surrogate pair; write both halves, or the character itself"
    ),
    ("/* x", "a.json5:1:1: this comment has no end; close it with */"),
    ("1 / 2", "a.json5:1:3: a '/' starts no comment here; comments are // and /* */"),
    ("1\r\n\r\n  2", "a.json5:3:3: expected the end of the file after its one value, found '2'"),
    ("{a\u{2028}:}", "a.json5:2:2: expected a value, found '}'"),
  ]) func errors(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test func invalidUTF8SaysWhere() {
    #expect {
      try JSON5Document(Array("{a:\n 'ü".utf8) + [0xFF, 0x27, 0x7D], file: "a.json5")
    } throws: { "\($0)" == "a.json5:2:4: the text is not UTF-8 from byte 8 on; save the file as UTF-8" }
  }

  @Test func depthHasALimit() throws {
    let legal = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(try json(legal) == legal)
    #expect(
      message("[" + legal + "]") == "a.json5:1:129: objects and lists are nested 129 deep, 1 more than the limit of 128"
    )
    #expect(message(String(repeating: "{a:", count: 100_000)).contains("1 more than the limit of 128"))
  }

  @Test func everyKeyAndValueKnowsItsPlace() throws {
    let root = try JSON5Document(text: "{\n  a: [10,\n 20],\n  'b' : true }", file: "").root
    guard case .object(let members) = root.content, case .array(let values) = members[0].value.content else {
      Issue.record("not an object of a list")
      return
    }
    #expect(members.map(\.position.description) == ["2:3", "4:3"])
    #expect(values.map(\.position.description) == ["2:7", "3:2"])
    #expect(root["b"]?.position.description == "4:9")
  }

  @Test func mutatedTextsNeverTrap() {
    var random = TestRandom(state: 5)
    let seed = Array(
      "{a: [1, -0x2F, .5e3, 'q\\u00e9\\\n', \"ü\", null], /* c */ 'b': {c: Infinity, d: +NaN,}, // e\n}".utf8)
    var accepted = 0
    for _ in 0..<fuzzCases(20_000) {
      let bytes = TestRandom.mutate(seed, using: &random)
      if let document = try? JSON5Document(bytes, file: "f") {
        accepted += 1
        // What was read and is written reads back as the same tree.
        let text = document.root.json.compactText
        #expect((try? JSON5Document(text: text, file: "g").root.json.compactText) == text)
      }
    }
    #expect(accepted > 100)
  }
}
