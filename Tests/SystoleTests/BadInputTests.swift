import Foundation
import Tensors
import Testing

/// What a user gets who made a mistake: a message with file, place, limit and remedy; an exit code; nothing written.
struct BadInputTests {
  let systole: Systole

  init() throws {
    systole = try Systole()
    try systole.writeTensor([1, 4, 6, 6], to: "ifmap.npy")
    try systole.writeTensor([8, 4, 3, 3], to: "filter.npy")
  }

  /// Runs a command line that must fail, and checks code, message and that nothing was left behind.
  func expect(
    _ code: Int32, _ message: String, _ arguments: String..., location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try systole.names()
    let outcome = try systole.run(["run"] + arguments + ["--out", "out"])
    #expect(outcome.code == code, sourceLocation: location)
    #expect(outcome.error == "systole: \(message)\n", sourceLocation: location)
    #expect(outcome.output.isEmpty, sourceLocation: location)
    #expect(try systole.names() == before, sourceLocation: location)
  }

  @Test func tensorFiles() throws {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: systole.scratch.path + "/ifmap.npy")))
    try systole.write(Array(whole.dropLast(5)), to: "short.npy")
    try expect(
      2,
      "short.npy: byte 267: shape 1x4x6x6 of int8 takes 144 bytes after the header, but 139 bytes follow: 5 bytes missing",
      "--conv", "short.npy", "filter.npy")
    try systole.write("no tensor", to: "text.npy")
    let text = try systole.run("run", "--conv", "text.npy", "filter.npy")
    #expect(text.code == 2 && text.error.hasPrefix("systole: text.npy: byte 0: "))
    try systole.write(NumpyFile.write(.float32(Tensor([1, 4, 6, 6], repeating: 0))), to: "float.npy")
    try expect(
      2, "float.npy: the elements are float32; workload.ifmap takes int8, uint8 or bfloat16",
      "--conv", "float.npy", "filter.npy")
    try systole.writeTensor([4, 6, 6], to: "cube.npy")
    try expect(
      2,
      "cube.npy: the tensor is 4x6x6, with 3 dimensions; workload.ifmap has 4, or 2 where it is a matrix; "
        + "reshape it to [N, C, H, W]", "--conv", "cube.npy", "filter.npy")
    try expect(2, "none.npy: no such file or directory", "--conv", "none.npy", "filter.npy")
    try expect(2, "/: is a directory", "--conv", "/", "filter.npy")
    try expect(
      2, "configuration: workload.filter is not set; it takes the path of an .npy file", "--set",
      "workload.ifmap=ifmap.npy")
  }

  @Test func fortranOrderIsConverted() throws {
    // The same tensor in the other order is read as the same tensor, not refused and not scrambled.
    try systole.write(
      Array(
        """
        import numpy
        a = numpy.load('ifmap.npy')
        numpy.save('fortran.npy', numpy.asfortranarray(a))
        numpy.save('swapped.npy', a.astype('>i2').astype('i1'))
        """.utf8), to: "order.py")
    #expect(try systole.run([], prefix: "python3 order.py &&", suffix: "--version").code == 0)
    for name in ["ifmap", "fortran", "swapped"] {
      let outcome = try systole.run(
        "run", "--conv", "\(name).npy", "filter.npy", "--set", "run.save_psums=true", "--out", name)
      #expect(outcome.code == 0, "\(outcome.error)")
    }
    #expect(try systole.text("ifmap/psum-01-layer-ws.npy") == systole.text("fortran/psum-01-layer-ws.npy"))
  }

  @Test func shapesThatDoNotMatch() throws {
    try systole.writeTensor([8, 2, 3, 3], to: "narrow.npy")
    try expect(
      2,
      "narrow.npy: the filters are 8x2x3x3, for 2 channels; the ifmap is 1x4x6x6, with 4 channels in each of 1 group; "
        + "they must have 4 in their second dimension, or the convolution 2 groups", "--conv", "ifmap.npy", "narrow.npy"
    )
    try expect(
      2, "layer layer: 3 groups do not divide 4 input channels: 1 left over; nearest legal: 3 input channels",
      "--conv", "ifmap.npy", "filter.npy", "--groups", "3")
    try systole.writeTensor([8, 4, 7, 3], to: "tall.npy")
    try expect(
      2,
      "layer layer: the dilated filter is 7 in height, 1 more than the padded ifmap's 6; pad by 1 more or take a "
        + "smaller filter", "--conv", "ifmap.npy", "tall.npy")
    try systole.write(NumpyFile.write(.int32(Tensor([7], repeating: 0))), to: "bias.npy")
    try expect(
      2, "layer layer: the bias is 7, not 8", "--conv", "ifmap.npy", "filter.npy", "--bias", "bias.npy")
    try systole.write(NumpyFile.write(.int32(Tensor([1, 8, 6, 6], repeating: 0))), to: "psum.npy")
    try expect(
      2, "psum.npy: the psums are 1x8x6x6, those of layer layer are 1x8x4x4",
      "--conv", "ifmap.npy", "filter.npy", "--expect", "psum.npy")
    try systole.write(NumpyFile.write(.int64(Tensor([1, 8, 4, 4], repeating: 0))), to: "wide.npy")
    try expect(
      2, "wide.npy: the elements are int64; beside int8 operands they are int32",
      "--conv", "ifmap.npy", "filter.npy", "--expect", "wide.npy")
    try systole.writeTensor([0, 4, 6, 6], to: "empty.npy")
    try expect(
      2, "layer layer: batch is 0, 1 below the least legal value 1", "--conv", "empty.npy", "filter.npy")
  }

  @Test func parametersOutOfRange() throws {
    let tensors = ["--conv", "ifmap.npy", "filter.npy"]
    func expect(_ message: String, _ option: String, _ value: String, _ location: SourceLocation = #_sourceLocation)
      throws
    {
      let outcome = try systole.run(["run"] + tensors + [option, value])
      #expect(outcome.code == 2, sourceLocation: location)
      #expect(outcome.error == "systole: \(option) \(value): \(message)\n", sourceLocation: location)
    }
    try expect(
      "workload.stride is -1 elements, 2 below the lowest legal value 1; it takes 1 to 4096 elements; "
        + "the nearest legal value is 1", "--stride", "-1")
    try expect(
      "workload.padding has 3 elements; it takes 1, or 2 (vertical, horizontal), or 4 (top, left, bottom, right)",
      "--padding", "1,2,3")
    try expect(
      "workload.ifmap_zero_point is 128, 1 above what int8 holds; it takes -128 to 127; the nearest legal value is 127",
      "--zero-point", "128")
    try expect(
      "machine.array.rows is 0 PEs, 1 below the lowest legal value 1; it takes 1 to 1024 PEs; the nearest legal value is 1",
      "--set", "machine.array.rows=0")
    try expect("unknown key 'machine.array.row'; did you mean 'machine.array.rows'?", "--set", "machine.array.row=4")
    try expect(
      "workload.seed does not go with workload.ifmap; leave it out", "--seed", "7")
    try expect(
      "workload.gemm and workload.ifmap are both set; a run has one workload; leave one of them out",
      "--gemm", "1x2x3")
  }

  @Test func products() throws {
    try expect(
      2, "--gemm 3x4: workload.gemm is '3x4', not three whole numbers MxKxN; write 32x24x16", "--gemm", "3x4")
    try expect(2, "layer gemm: batch is 0, 1 below the least legal value 1", "--gemm", "0x4x4")
    try expect(
      3,
      "layer gemm: its tensors: 4000002000000 bytes needed, machine.memory.capacity_bytes gives 268435456, "
        + "3999733564544 bytes too few; the least legal value is 4000002000000", "--gemm", "1000000x1x1000000")
    try expect(
      2, "layer gemm: the ofmap has more than 1099511627776 elements", "--gemm", "99999999x1x99999999")
  }

  @Test func topologies() throws {
    try systole.write("Layer name, IFMAP Height, Filter Height, Filter Width, Channels, Num Filter,\n", to: "net.csv")
    let missing = try systole.run("run", "--topology", "net.csv")
    #expect(missing.code == 2 && missing.error.hasPrefix("systole: net.csv:1:1: "))
    try systole.write("Layer, M, N\na, 1, 2\n", to: "net.csv")
    try expect(
      2, "net.csv:1:1: a topology of matrix products needs the column K", "--topology", "net.csv")
    try systole.write("Layer, M, N, K\nConv2, 1, 2, 3\n", to: "net.csv")
    try expect(
      2, "--layer Conv1: workload.layer is 'Conv1', which net.csv does not have; did you mean 'Conv2'?",
      "--topology", "net.csv", "--layer", "Conv1")
    try expect(
      2,
      "--zeros 1.5: workload.zeros is 1.5, 0.5 above the highest legal value 1.0; it takes 0.0 to 1.0; "
        + "the nearest legal value is 1.0", "--topology", "net.csv", "--zeros", "1.5")
  }

  @Test func machinesThatAreTooSmall() throws {
    // A half of 32 bytes for 4 channels of 3 rows of 6 elements.
    try expect(
      3,
      "layer layer: the ifmap of one ofmap row, 3 rows of 4 channels: 72 bytes needed, machine.ifmap_spad.bytes gives 32 "
        + "in each of its two halves, 40 bytes too few; the least legal value is 144",
      "--conv", "ifmap.npy", "filter.npy", "--set", "machine.ifmap_spad.bytes=64")
    // The whole scratchpad would hold the tile, but not the next one beside it.
    try expect(
      3,
      "layer layer: the ifmap of one ofmap row, 3 rows of 4 channels: 72 bytes needed, machine.ifmap_spad.bytes gives 69 "
        + "in each of its two halves, 3 bytes too few; the least legal value is 144",
      "--conv", "ifmap.npy", "filter.npy", "--set", "machine.ifmap_spad.bytes=138")
    let fits = try systole.run("run", "--conv", "ifmap.npy", "filter.npy", "--set", "machine.ifmap_spad.bytes=144")
    #expect(fits.code == 0, "\(fits.error)")
    try expect(
      3,
      "layer layer: the biases of 8 filters: 32 bytes needed, machine.bias.bytes gives 4, 28 bytes too few; "
        + "the least legal value is 32", "--conv", "ifmap.npy", "filter.npy", "--set", "machine.bias.bytes=4")
    try systole.writeTensor([1, 4, 40, 40], to: "large.npy")
    // 6400 bytes, 288 and 8 x 38 x 38 x 4, each rounded up to 64.
    try expect(
      3,
      "layer layer: its tensors: 52928 bytes needed, machine.memory.capacity_bytes gives 4096, 48832 bytes too few; "
        + "the least legal value is 52928", "--conv", "large.npy", "filter.npy", "--set",
      "machine.memory.capacity_bytes=4096")
  }

  @Test func configurations() throws {
    try systole.write("{\n  machine: { arry: { rows: 4 } },\n}\n", to: "typo.json5")
    try expect(2, "typo.json5:2:14: unknown key 'machine.arry'; did you mean 'machine.array'?", "typo.json5")
    try systole.write("{\n  workload: { gemm: \"1x1x1\",\n  gemm: \"2x2x2\" },\n}\n", to: "twice.json5")
    let twice = try systole.run("run", "twice.json5")
    #expect(twice.code == 2 && twice.error.hasPrefix("systole: twice.json5:3:3: "))
    try expect(2, "none.json5: no such file or directory", "none.json5")
    try expect(
      2, "--machine none.json5: cannot read none.json5: no such file or directory", "--machine", "none.json5", "--gemm",
      "1x1x1")
    try systole.write("{}", to: "empty.json5")
    try expect(
      2,
      "empty.json5: there is nothing to run; set workload.ifmap, or workload.topology, or workload.gemm, or "
        + "workload.network", "empty.json5")
  }

  @Test func placesThatCannotBeWritten() throws {
    func fails(_ arguments: [String], prefix: String = "", suffix: String = "", _ message: String) throws {
      let before = try systole.names()
      let outcome = try systole.run(["run", "--gemm", "4x4x4"] + arguments, prefix: prefix, suffix: suffix)
      #expect(outcome.code == 2)
      #expect(outcome.error == "systole: \(message)\n")
      #expect(try systole.names() == before)
    }
    try fails(["--out", "ifmap.npy"], "ifmap.npy: a file is where the directory shall be; choose another --out")
    try fails(
      ["--out", "ifmap.npy/out"],
      "ifmap.npy/out: cannot make the directory \(systole.scratch.path)/ifmap.npy: not a directory")
    try fails([], suffix: "> /dev/full", "cannot write standard output: no space left on device")
    try fails(["--json"], suffix: "> /dev/full", "cannot write standard output: no space left on device")
    // A shell that allows files of 1 KiB stands for a disk that is full.
    let limited = try systole.run(
      ["run", "--gemm", "4x4x4", "--out", "out"], prefix: "ulimit -f 1;", suffix: "2>&1 | cat; exit ${PIPESTATUS[0]}")
    #expect(limited.code == 2)
    #expect(limited.output.contains("cannot be written past byte"))
    #expect(try systole.names() == ["filter.npy", "ifmap.npy"])
  }
}
