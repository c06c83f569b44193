import Signals
import Simulation
import Testing

@testable import Tracing
@testable import WaveFormats

@Suite struct OptionTests {
  @Test func windowsAreRead() throws {
    #expect(try TraceWindow("1000..2000") == TraceWindow(start: .cycle(1000), end: .cycle(2000)))
    #expect(try TraceWindow("..7") == TraceWindow(start: nil, end: .cycle(7)))
    #expect(try TraceWindow("7..") == TraceWindow(start: .cycle(7), end: nil))
    #expect(try TraceWindow("1000 .. 2000ns") == TraceWindow("1us..2us"))
    #expect(try TraceWindow("0.5..2us") == TraceWindow("500ns..2000ns"))
    #expect(
      try TraceWindow("1.5us .. 2ms")
        == TraceWindow(
          start: .time(SimulationTime(femtoseconds: 1_500_000_000)),
          end: .time(SimulationTime(femtoseconds: 2_000_000_000_000))))
  }

  @Test(arguments: [
    "5", "9..3", "a..b", "1..2parsec", "-4..2", "2us..1us", "1.2345fs..2fs", "99999999999999s..", "1us..2000", "5..1us",
  ])
  func windowsThatAreNoneAreRefused(text: String) {
    #expect(throws: WaveError.self) { try TraceWindow(text) }
  }

  @Test func optionsThatExcludeEachOtherAreRefused() throws {
    #expect(throws: WaveError.self) {
      try TraceOptions.Extent(window: "1..2", trigger: nil, before: nil, after: nil, last: 5)
    }
    #expect(throws: WaveError.self) {
      try TraceOptions.Extent(window: nil, trigger: nil, before: 3, after: nil, last: nil)
    }
    #expect(TraceOptions.path("out/run.vcd.gz", with: "ws") == "out/run-ws.vcd.gz")
  }

  @Test func signalsAreFoundByBrackets() throws {
    let catalog = SignalCatalog(ToyMachine())
    let names = SignalNames(catalog)
    #expect(catalog.name(of: try names.handle(named: "consumer.pe[1][0].sum")) == "consumer.pe_r1_c0.sum")
    #expect(try names.handles(matching: ["consumer.pe[*][1].sum"]).count == 2)
    #expect(SignalNames.unpadded("array.pe_r01_c013.psum_02") == "array.pe_r1_c13.psum_2")
    #expect(SignalNames.unpadded("memory.row_count.c_0") == "memory.row_count.c_0")
  }

  @Test func anUnknownNameListsWhatThereIs() throws {
    let names = SignalNames(SignalCatalog(ToyMachine()))
    let block = #expect(throws: WaveError.self) { try names.handle(named: "producer.stat") }
    #expect(
      block?.description
        == "signal 'producer.stat': none of the machine's 12 signals has this name; producer has state, sent, send, fire, item"
    )
    let none = #expect(throws: WaveError.self) { try names.handles(matching: ["producer.**", "arry"]) }
    #expect(none?.description.hasSuffix("the blocks are producer, consumer") == true)
  }

  @Test func aConditionOnAnUnknownSignalNamesThoseThatCanHoldTheValue() throws {
    let error = #expect(throws: WaveError.self) {
      try TriggerWatch(try TraceTrigger("producer.phase == burst"), SignalCatalog(ToyMachine()))
    }
    #expect(error?.description.hasSuffix("'burst' is a value of producer.state") == true)
  }

  @Test(arguments: [
    "producer.state", "producer.state == running", "producer.sent == 5000", "producer.sent == -1", "producer.item == 3",
    "consumer.pe_r0_c0.sum == 2147483648", "nobody == 1", "consumer.ratio == x", "producer.send == 2",
  ]) func conditionsThatCannotHoldAreRefused(text: String) throws {
    #expect(throws: WaveError.self) { try TriggerWatch(try TraceTrigger(text), SignalCatalog(ToyMachine())) }
  }

  /// The cycle of the first clock in which a condition first holds, found by the trigger, against a direct search.
  @Test func conditionsHoldWhereTheyShould() throws {
    let scratch = try Scratch()
    let account = try account()
    let conditions: [(String, (ToyAccount.Row) -> Bool)] = [
      ("producer.state == done", { $0.state == 2 }), ("producer.state != sleep", { $0.state != 0 }),
      ("producer.sent >= 6", { $0.sent >= 6 }),
      ("producer.sent > 0x6 && producer.send == 1", { $0.sent > 6 && $0.sends }),
      ("producer.fire == 1", { $0.sends }),
    ]
    for (text, holds) in conditions {
      let summary = try trace(to: scratch.file("run.vcd")) {
        $0.extent = .trigger(try TraceTrigger(text), before: 0, after: 1)
      }
      let first = try #require(account.core.filter { holds($0.value) }.keys.min())
      #expect(summary.cycles?.lowerBound == first, "\(text)")
    }
  }

  @Test func signedAndRealConditionsCompareNumbers() throws {
    let scratch = try Scratch()
    let negative = try trace(to: scratch.file("run.vcd")) {
      $0.extent = .trigger(try TraceTrigger("consumer.pe[0][0].sum < -2"), before: 0, after: 0)
    }
    #expect(negative.cycles != nil)
    let real = try trace(to: scratch.file("run.vcd")) {
      $0.extent = .trigger(try TraceTrigger("consumer.ratio >= 3.75"), before: 0, after: 0)
    }
    #expect(real.cycles != nil)
    let never = try trace(to: scratch.file("run.vcd")) {
      $0.extent = .trigger(try TraceTrigger("consumer.ratio > 3.75"), before: 0, after: 0)
    }
    #expect(never.cycles == nil)
  }

  @Test func theListNamesEverySignalOnce() throws {
    let list = "\(SignalList(SignalCatalog(ToyMachine())))"
    #expect(
      list == """
        signal                 bits  format    kind      count  meaning
        producer.state            2  state_t   register      1  The state of a toy.
        producer.sent            12  unsigned  register      1  The sent of a toy.
        producer.send             1  bit       wire          1  The send of a toy.
        producer.fire             1  event     wire          1  The fire of a toy.
        producer.item             0  text      register      1  The item of a toy.
        consumer.pe_r*_c*.sum    32  signed    register      4  The sum of a toy.
        consumer.ratio           64  real      register      1  The ratio of a toy.
        consumer.active           4  mask      wire          1  The active of a toy.
        consumer.valid            1  bit       wire          1  The valid of a toy.
        consumer.port_sent           alias                      The same signal as producer.sent.
        12 signals
        """, "\(list)")
    #expect(try SignalNames(SignalCatalog(ToyMachine())).handles(matching: ["consumer.pe_r*_c*.sum"]).count == 4)
  }
}
