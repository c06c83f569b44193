#include "Vtop.h"
#include "verilated.h"
#ifdef TRACE_FST
#include "verilated_fst_c.h"
typedef VerilatedFstC Trace;
#else
#include "verilated_vcd_c.h"
typedef VerilatedVcdC Trace;
#endif
double sc_time_stamp() { return 0; }
int main(int, char** argv) {
  VerilatedContext context;
  context.traceEverOn(true);
  Vtop top{&context};
  Trace trace;
  top.trace(&trace, 99);
  trace.open(argv[1]);
  for (int edge = 0; edge < 12; ++edge) {
    top.clk = edge & 1;
    top.reset = edge < 2;
    top.eval();
    trace.dump(static_cast<uint64_t>(edge) * 5);
  }
  trace.close();
}
