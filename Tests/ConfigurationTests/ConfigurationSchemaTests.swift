import TestSupport
import Testing

@testable import Configuration

struct ConfigurationSchemaTests {
  enum Dataflow: String, CaseIterable { case ws, os, `is` }

  static let schema = ConfigurationSchema([
    .choice("machine.dataflow", Dataflow.self, default: .ws, "Which operand stays in the PEs."),
    .integer("machine.array.rows", 1...1024, default: 16, unit: "PEs", "Rows of the array."),
    .integer("machine.array.columns", 1...1024, default: 16, unit: "PEs", "Columns of the array."),
    .number("machine.clock.frequency", 0.001...10_000, default: 200, unit: "MHz", "Clock of the array."),
    .boolean("machine.double_buffered", default: true, "Whether loads overlap with computation."),
    .path("workload.ifmap", "A .npy file."),
    ConfigurationKey(
      "workload.padding", .list(of: .integer(0...99), count: 2...4),
      default: .value(.list([.integer(0), .integer(0)])),
      unit: "pixels", "Padding."),
    ConfigurationKey(
      "workload.layers",
      .list(
        of: .record([
          ConfigurationKey("name", .string, default: .required, "The layer's name."),
          .integer("stride", 1...9, default: 1, "Its stride."),
        ]), count: 0...99), default: .absent, "Layers."),
    .string("name", default: "run", "What the run is called."),
  ])

  struct NotThere: Error, CustomStringConvertible { var description: String { "no such file" } }

  func resolve(
    _ text: String, _ overrides: [String] = [], files: [String: String] = [:]
  ) throws(ConfigurationError) -> Configuration {
    try Self.schema.resolve(file: "x/a.json5", overrides: overrides) { name throws(NotThere) in
      if name == "x/a.json5" { return Array(text.utf8) }
      guard let other = files[name] else { throw NotThere() }
      return Array(other.utf8)
    }
  }

  func message(_ text: String, _ overrides: [String] = [], files: [String: String] = [:]) -> String {
    do {
      return "accepted: " + (try resolve(text, overrides, files: files)).json.compactText
    } catch {
      return "\(error)"
    }
  }

  @Test func defaultsAndValues() throws {
    let configuration = try resolve(
      "{machine: {array: {rows: 8, columns: 0x20}, dataflow: 'os', clock: {frequency: 1e3}}, workload: {ifmap: '../i.npy', padding: [1, 2.0], layers: [{name: 'a'}, {name: 'b', stride: 2}]}}"
    )
    #expect(configuration.integer("machine.array.rows") == 8)
    #expect(configuration.integer("machine.array.columns") == 32)
    #expect(configuration.choice("machine.dataflow", as: Dataflow.self) == .os)
    #expect(configuration.number("machine.clock.frequency") == 1000)
    #expect(configuration.boolean("machine.double_buffered"))
    #expect(configuration.optionalString("workload.ifmap") == "i.npy")
    #expect(configuration.integers("workload.padding") == [1, 2])
    #expect(configuration.records("workload.layers").map { $0.integer("stride") } == [1, 2])
    #expect(configuration.origin(of: "machine.array.rows") == .file("x/a.json5", SourcePosition(line: 1, column: 26)))
    #expect(configuration.origin(of: "name") == .schema)
  }

  @Test func anEmptyConfigurationIsAllDefaults() throws {
    let configuration = try Self.schema.resolve(file: nil) { _ throws(NotThere) in throw NotThere() }
    #expect(configuration.integer("machine.array.rows") == 16)
    #expect(!configuration.has("workload.ifmap"))
    #expect(configuration.list("workload.layers").isEmpty)
  }

  @Test func echoIsCanonicalAndReadsBack() throws {
    let configuration = try resolve(
      "{workload: {layers: [{name: 'a'}], ifmap: '/i.npy'}, name: \"é\"}", ["machine.array.rows=4"])
    let expected = """
      {
        "machine": {
          "dataflow": "ws",
          "array": {
            "rows": 4,
            "columns": 16
          },
          "clock": {
            "frequency": 200.0
          },
          "double_buffered": true
        },
        "workload": {
          "ifmap": "/i.npy",
          "padding": [0, 0],
          "layers": [
            {
              "name": "a",
              "stride": 1
            }
          ]
        },
        "name": "é"
      }

      """
    #expect(configuration.json.text == expected)
    #expect(try resolve(configuration.json.text).json.text == expected)
  }

  @Test func overridesWinAndTheLastOneMost() throws {
    let configuration = try resolve(
      "{machine: {array: {rows: 8}}}",
      [
        "machine.array.rows=4", "machine.array.rows=2", "name=my run", "machine.dataflow=is", "workload.padding=3,4",
        "workload.ifmap=i.npy",
      ])
    #expect(configuration.integer("machine.array.rows") == 2)
    #expect(configuration.string("name") == "my run")
    #expect(configuration.choice("machine.dataflow", as: Dataflow.self) == .is)
    #expect(configuration.integers("workload.padding") == [3, 4])
    #expect(configuration.string("workload.ifmap") == "i.npy")
    #expect(configuration.origin(of: "machine.array.rows") == .override("--set machine.array.rows=2"))
  }

  @Test func referencesAndBases() throws {
    let files = [
      "x/machines/ws.json5": "{dataflow: 'ws', array: {rows: 32, columns: 32}}",
      "x/machines/os.json5": "{base: 'ws.json5', dataflow: 'os', array: {rows: 64}}",
      "x/base.json5": "{machine: 'machines/os.json5', name: 'base'}",
    ]
    let reference = try resolve("{machine: 'machines/os.json5'}", files: files)
    #expect(reference.integer("machine.array.rows") == 64)
    #expect(reference.integer("machine.array.columns") == 32)
    #expect(reference.string("machine.dataflow") == "os")
    #expect(reference.files == ["x/a.json5", "x/machines/os.json5", "x/machines/ws.json5"])
    let inherited = try resolve("{base: './base.json5', machine: {array: {columns: 5}}}", files: files)
    #expect(inherited.string("name") == "base")
    #expect(inherited.integers2 == [64, 5])
    // A reference replaces what the base says: nothing of os.json5 is left.
    let replaced = try resolve("{base: 'base.json5', machine: 'machines/ws.json5'}", files: files)
    #expect(replaced.string("machine.dataflow") == "ws" && replaced.integers2 == [32, 32])
    let overridden = try resolve(
      "{machine: {array: {rows: 3}}}", ["machine=x/machines/os.json5", "machine.array.columns=7"], files: files)
    #expect(overridden.integers2 == [64, 7])
  }

  @Test(arguments: [
    (
      "{machine: {\n array: {row: 8}}}",
      "x/a.json5:2:10: unknown key 'machine.array.row'; did you mean 'machine.array.rows'?"
    ),
    ("{machin: {}}", "x/a.json5:1:2: unknown key 'machin'; did you mean 'machine'?"),
    ("{rows: 1}", "x/a.json5:1:2: unknown key 'rows'; did you mean 'machine.array.rows'?"),
    (
      "{machine: {array: {qqq: 1}}}", "x/a.json5:1:20: unknown key 'machine.array.qqq'; machine.array has rows, columns"
    ),
    (
      "{machine: {array: {rows: 0}}}",
      "x/a.json5:1:26: machine.array.rows is 0 PEs, 1 below the lowest legal value 1; it takes 1 to 1024 PEs; the nearest legal value is 1"
    ),
    (
      "{machine: {array: {rows: 2000}}}",
      "x/a.json5:1:26: machine.array.rows is 2000 PEs, 976 above the highest legal value 1024; it takes 1 to 1024 PEs; the nearest legal value is 1024"
    ),
    (
      "{machine: {array: {rows: 1e30}}}",
      "x/a.json5:1:26: machine.array.rows is 1e+30, not a whole number of 64 bits; it takes 1 to 1024; the nearest legal value is 1024"
    ),
    (
      "{machine: {array: {rows: -9223372036854775808}}}",
      "x/a.json5:1:26: machine.array.rows is -9223372036854775808 PEs, 9223372036854775809 below the lowest legal value 1; it takes 1 to 1024 PEs; the nearest legal value is 1"
    ),
    (
      "{machine: {array: {rows: 7.6}}}",
      "x/a.json5:1:26: machine.array.rows is 7.6, not a whole number; it takes 1 to 1024; the nearest legal value is 8"
    ),
    (
      "{machine: {array: {rows: NaN}}}",
      "x/a.json5:1:26: machine.array.rows is nan, not a whole number of 64 bits; it takes 1 to 1024"
    ),
    (
      "{machine: {array: {rows: '8'}}}",
      "x/a.json5:1:26: machine.array.rows is the string \"8\", not a whole number; it takes a whole number, 1 to 1024"
    ),
    ("{machine: {array: 8}}", "x/a.json5:1:19: machine.array is the number 8, not an object or the path of a file"),
    (
      "{machine: {clock: {frequency: 0}}}",
      "x/a.json5:1:31: machine.clock.frequency is 0.0 MHz, 0.001 below the lowest legal value 0.001; it takes 0.001 to 10000.0 MHz; the nearest legal value is 0.001"
    ),
    (
      "{machine: {dataflow: 'so'}}",
      "x/a.json5:1:22: machine.dataflow is \"so\", which is none of its words; did you mean \"os\"? it takes ws, os, is"
    ),
    (
      "{machine: {dataflow: 'WS'}}",
      "x/a.json5:1:22: machine.dataflow is \"WS\", which is none of its words; did you mean \"ws\"? it takes ws, os, is"
    ),
    ("{workload: {padding: [1]}}", "x/a.json5:1:22: workload.padding has 1 element, 1 too few; it takes 2 to 4"),
    (
      "{workload: {padding: [1, -1]}}",
      "x/a.json5:1:26: workload.padding[1] is -1 pixels, 1 below the lowest legal value 0; it takes 0 to 99 pixels; the nearest legal value is 0"
    ),
    (
      "{workload: {layers: [{nam: 'a'}]}}",
      "x/a.json5:1:23: in workload.layers[0]: unknown key 'nam'; did you mean 'name'?"
    ),
    (
      "{workload: {layers: [{}]}}",
      "x/a.json5:1:22: in workload.layers[0]: the key 'name' is not set (The layer's name.); it takes a string"
    ),
    ("{base: 1}", "x/a.json5:1:8: 'base' is the number 1, not the path of a file"),
    ("{base: 'none.json5'}", "x/a.json5:1:8: cannot read x/none.json5: no such file"),
    ("{base: 'b.json5'}", "x/b.json5:2:3: the key 'a' is already set at 1:2; delete one of the two"),
    (
      "{base: 'loop.json5'}",
      "x/loop.json5:1:8: files refer to each other in a circle: x/a.json5 -> x/loop.json5 -> x/a.json5"
    ),
    ("[1]", "x/a.json5:1:1: the file is a list, not an object or the path of a file"),
  ]) func errors(text: String, expected: String) {
    #expect(message(text, files: ["x/b.json5": "{a: 1,\n  a: 2}", "x/loop.json5": "{base: 'a.json5'}"]) == expected)
  }

  @Test(arguments: [
    ("machine.array.rows", "--set machine.array.rows: an override needs a '='; write --set key.path=value"),
    (
      "machine.aray.rows=8", "--set machine.aray.rows=8: unknown key 'machine.aray.rows'; did you mean 'machine.array'?"
    ),
    (
      "machine.array.rows=",
      "--set machine.array.rows=: '' is no value of machine.array.rows: expected a value, found the end of the file"
    ),
    (
      "machine.array.rows=0",
      "--set machine.array.rows=0: machine.array.rows is 0 PEs, 1 below the lowest legal value 1; it takes 1 to 1024 PEs; the nearest legal value is 1"
    ),
    ("machine=none.json5", "--set machine=none.json5: cannot read none.json5: no such file"),
    ("=1", "--set =1: unknown key ''; the top level has machine, workload, name"),
    (
      "machine.array.rows.x=1",
      "--set machine.array.rows.x=1: unknown key 'machine.array.rows.x'; machine.array.rows has no keys below it"
    ),
  ]) func overrideErrors(text: String, expected: String) {
    #expect(message("{}", [text]) == expected)
  }

  @Test func aKeyThatMustBeSet() {
    let schema = ConfigurationSchema([ConfigurationKey("a.b", .integer(1...2), default: .required, "A number.")])
    #expect { try schema.resolve(file: nil) { _ throws(NotThere) in throw NotThere() } } throws: {
      "\($0)" == "configuration: the key 'a.b' is not set (A number.); it takes a whole number, 1 to 2"
    }
  }

  @Test func laterChecksNameThePlace() throws {
    let configuration = try resolve("{machine: {array: {rows: 7}}}", ["name=x"])
    #expect(
      configuration.fault("machine.array.rows", "is odd", remedy: "take 8").description
        == "x/a.json5:1:26: machine.array.rows is odd; take 8")
    #expect(configuration.fault("name", "is short").description == "--set name=x: name is short")
  }

  @Test func schemaPrintsEveryKey() {
    let lines = Self.schema.table.split(separator: "\n")
    #expect(lines[0].hasPrefix("key ") && lines.count == 12)
    #expect(
      lines[2]
        == "machine.array.rows        integer          16        1 to 1024                 PEs     Rows of the array.")
    #expect(lines[10].hasPrefix("workload.layers[].stride  integer "))
    #expect(
      Self.schema.json.compactText.hasPrefix(
        #"[{"key":"machine.dataflow","type":"choice","default":"ws","words":["ws","os","is"],"unit":"","meaning":"#))
  }

  @Test func editDistance() {
    #expect(Spelling.between("rows", "rosw") == 1)
    #expect(Spelling.between("kitten", "sitting") == 3)
    #expect(Spelling.between("", "abc") == 3)
    #expect(Spelling.nearest(to: "colums", among: ["rows", "columns"]) == "columns")
    #expect(Spelling.nearest(to: "xyz", among: ["rows", "columns"]) == nil)
  }

  @Test func mutatedConfigurationsNeverTrap() {
    var random = TestRandom(state: 9)
    let seed = Array(
      "{machine: {array: {rows: 8, columns: 9.0}, dataflow: 'os'}, workload: {padding: [1, 2], layers: [{name: 'a', stride: 3}]}, base: 'b.json5'}"
        .utf8)
    var outcomes: [Bool: Int] = [:]
    for _ in 0..<fuzzCases(5_000) {
      let bytes = TestRandom.mutate(seed, using: &random)
      let result = try? Self.schema.resolve(file: "a.json5") { name throws(NotThere) in
        name == "a.json5" ? bytes : Array("{name: 'b'}".utf8)
      }
      outcomes[result != nil, default: 0] += 1
      if let result { #expect((1...1024).contains(result.integer("machine.array.rows"))) }
    }
    #expect(outcomes[true, default: 0] > 0 && outcomes[false, default: 0] > 0)
  }
}

extension Configuration {
  fileprivate var integers2: [Int] { [integer("machine.array.rows"), integer("machine.array.columns")] }
}
