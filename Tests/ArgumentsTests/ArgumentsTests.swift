import Configuration
import Testing

@testable import Arguments

struct ArgumentsTests {
  static let schema = ConfigurationSchema([
    .integer("workload.stride", 1...64, default: 1, unit: "elements", "Stride in both directions."),
    .path("workload.ifmap", "The ifmap."), .path("workload.filter", "The filters."),
    .choice("machine.dataflow", ["ws", "os"], default: "ws", "What stays."),
  ])

  let table = CommandTable(
    program: "prog", summary: "Does things.", version: "1.2",
    commands: [
      Command(
        "run", "Runs a layer.", operands: [.init("CONFIG", isOptional: true, "A configuration.")],
        options: [
          .setting("stride", "workload.stride", in: schema),
          .setting("conv", ["IFMAP", "FILTER"], keys: ["workload.ifmap", "workload.filter"], "The tensors."),
          .set, .integer("threads", 1...8, "Threads."), .number("zeros", 0...1, "Fraction of zeros."),
          .choice("lowering", ["direct", "toeplitz"], "How."), .json,
        ]
      ) { _ in .success },
      Command("show", "Shows files.", operands: [.init("FILE", isRepeatable: true, "A file.")]) { _ in .success },
    ])

  func parse(_ words: String...) throws -> ParsedArguments {
    guard case .run(_, let arguments) = try table.request(words) else { throw UsageError("printed") }
    return arguments
  }

  func message(_ words: String...) -> String {
    do {
      _ = try table.request(words)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func operandsOptionsAndValuesAreRead() throws {
    let arguments = try parse("run", "--threads=3", "a.json5", "--zeros", "0.25", "--json", "--lowering", "toeplitz")
    #expect(arguments.operands == ["a.json5"])
    #expect(arguments.integer("threads") == 3 && arguments.number("zeros") == 0.25)
    #expect(arguments.has("json") && arguments.value("lowering") == "toeplitz" && !arguments.has("set"))
    #expect(try parse("show", "a", "--", "--b", "-").operands == ["a", "--b", "-"])
  }

  @Test func optionsThatSetKeysBecomeOverridesInTheOrderWritten() throws {
    let arguments = try parse(
      "run", "--set", "workload.stride=7", "--conv", "'a b'.npy", "-f=.npy", "--stride", "2", "--set",
      "machine.dataflow=os")
    let configuration = try Self.schema.resolve(file: nil, overrides: arguments.overrides()) { _ in [] }
    #expect(configuration.integer("workload.stride") == 2)
    #expect(configuration.string("workload.ifmap") == "'a b'.npy")
    #expect(configuration.string("workload.filter") == "-f=.npy")
    #expect(configuration.string("machine.dataflow") == "os")
    #expect(configuration.origin(of: "workload.stride") == .override("--stride 2"))
  }

  @Test func aWrongValueOfAKeyIsReportedAsTheUserWroteIt() throws {
    let arguments = try parse("run", "--stride", "-1")
    #expect {
      try Self.schema.resolve(file: nil, overrides: arguments.overrides()) { _ in [] }
    } throws: { error in
      "\(error)"
        == "--stride -1: workload.stride is -1 elements, 2 below the lowest legal value 1; it takes 1 to 64 elements; "
        + "the nearest legal value is 1"
    }
  }

  @Test func faultsSayWhatWouldBeLegal() {
    #expect(message() == "prog needs a command; run, show; or --help")
    #expect(message("rnu") == "unknown command 'rnu'; did you mean run?")
    #expect(message("dance") == "unknown command 'dance'; there are run, show")
    #expect(message("run", "--strode", "1") == "unknown option --strode; did you mean --stride?")
    #expect(message("run", "-x") == "unknown option -x: options have long names; see run --help")
    #expect(message("run", "a", "b") == "run has no use for 'b'; see run --help")
    #expect(message("run", "--conv", "a") == "--conv needs 2 values, 1 given; write --conv IFMAP FILTER")
    #expect(message("run", "--conv", "a", "--json") == "--conv needs 2 values, 1 given; write --conv IFMAP FILTER")
    #expect(message("run", "--stride") == "--stride needs a value, 0 given; write --stride N")
    #expect(message("run", "--json=1") == "--json takes no value; see run --help")
    #expect(message("run", "--json", "--json") == "--json is given twice; give it once")
    #expect(message("run", "--threads", "two") == "--threads is 'two', not a whole number of 64 bits; it takes 1 to 8")
    #expect(
      message("run", "--threads", "9")
        == "--threads is 9, above the legal 8; it takes 1 to 8; the nearest legal value is 8")
    #expect(
      message("run", "--zeros", "-0.5")
        == "--zeros is -0.5, below the legal 0.0; it takes 0.0 to 1.0; the nearest legal value is 0.0")
    #expect(message("run", "--zeros", "nan") == "--zeros is 'nan', not a number; it takes 0.0 to 1.0")
    #expect(
      message("run", "--lowering", "direkt")
        == "--lowering is 'direkt'; did you mean direct? it takes direct, toeplitz")
    #expect(message("show") == "show needs FILE: A file.; see show --help")
  }

  @Test func helpFollowsFromTheTable() throws {
    guard case .print(let program) = try table.request(["--help"]) else { throw UsageError("not printed") }
    #expect(
      program == """
        Does things.

        Commands
          prog run   Runs a layer.
          prog show  Shows files.

        prog COMMAND --help says more about a command.

        Exit codes: 0 ok, 1 results differ, 2 usage, configuration or file, 3 infeasible or unsupported, 4 cycle limit or \
        deadlock, 70 internal fault, 130 interrupted.

        """)
    guard case .print(let run) = try table.request(["run", "x", "--help"]) else { throw UsageError("not printed") }
    #expect(run.hasPrefix("prog run [CONFIG] [options]\n\nRuns a layer.\n\nOperands\n  CONFIG  A configuration.\n"))
    #expect(run.contains("  --stride N"))
    #expect(run.contains("Stride in both directions. (1 to 64 elements; default 1)\n"))
    #expect(run.split(separator: "\n").allSatisfy { $0.count <= 110 })
    guard case .print(let same) = try table.request(["help", "run"]) else { throw UsageError("not printed") }
    #expect(same == run)
    guard case .print(let version) = try table.request(["--version"]) else { throw UsageError("not printed") }
    #expect(version == "prog 1.2\n")
  }
}
