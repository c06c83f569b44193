// Runs ws_array of any size under Verilator on stimuli from a file, and traces every register: the speed that Systole's
// benchmark compares itself with. VM_TRACE_FST chooses the format.
//
//   Vws_array stimuli.bin cycles dump.vcd
//
// A cycle of the stimuli is 16-bit words: enable, load_last, load, valid bits of the north edge and of the west edge, then the
// words of the north edge and of the west edge. Rising edge k falls at k ns and begins cycle k, as in ws_array_tb.sv. Prints
// cycles, seconds of processor time and of the clock on the wall, and a checksum of the psums at the feet of the columns in every cycle.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "Vws_array.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
using Trace = VerilatedFstC;
#else
#include "verilated_vcd_c.h"
using Trace = VerilatedVcdC;
#endif

static constexpr int SIZE = ARRAY_SIZE;
static constexpr int WORDS = 5 + 2 * SIZE;

// Two 16-bit words to each 32-bit word of a wide port.
template <class Port>
static void drive(Port& port, const uint16_t* words) {
  for (int pair = 0; pair < SIZE / 2; pair++) port[pair] = words[2 * pair] | uint32_t(words[2 * pair + 1]) << 16;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int cycles = atoi(argv[2]);
  std::vector<uint16_t> stimuli(size_t(cycles) * WORDS);
  FILE* file = fopen(argv[1], "rb");
  if (!file || fread(stimuli.data(), 2 * WORDS, cycles, file) != size_t(cycles)) return 3;
  fclose(file);

  Verilated::traceEverOn(true);
  Vws_array top;
  Trace trace;
  top.trace(&trace, 99);
  const clock_t start = clock();
  const auto begin = std::chrono::steady_clock::now();
  trace.open(argv[3]);
  uint64_t checksum = 0xCBF29CE484222325;
  top.reset = 1;
  for (int cycle = 0; cycle < cycles; cycle++) {
    const uint16_t* now = &stimuli[size_t(cycle) * WORDS];
    top.clk = 1;
    top.eval();
    top.reset = 0;
    top.enable = now[0];
    top.load_last = now[1];
    top.load = now[2];
    top.filter_valid = now[3];
    top.ifmap_valid = now[4];
    drive(top.filter, now + 5);
    drive(top.ifmap, now + 5 + SIZE);
    top.eval();
    trace.dump(uint64_t(cycle) * 1000);
    for (int column = 0; column < SIZE; column++) checksum = (checksum ^ top.psum[column]) * 0x100000001B3;
    top.clk = 0;
    top.eval();
    trace.dump(uint64_t(cycle) * 1000 + 500);
  }
  trace.close();
  const double seconds = double(clock() - start) / CLOCKS_PER_SEC;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  printf("%d %.6f %.6f %llu\n", cycles, seconds, wall.count(), (unsigned long long)checksum);
  return 0;
}
