`timescale 1ps / 1ps
// Drives ws_array with stimuli that the model wrote, one line a cycle, and dumps every register.
//
//   vvp ws_array.vvp +stimuli=stimuli.hex +cycles=200 +dump=rtl.vcd
//
// Stimuli are registers like any other: driven after an edge, stable until the next, sampled before it. Rising edge k falls at
// k ns and begins cycle k; line k of the stimuli is what the array sees in cycle k, and state 0 is the reset state.
module ws_array_tb;
  localparam int ROWS = 4;
  localparam int COLUMNS = 4;
  // enable, load_last, load, filter_valid, filter, ifmap_valid, ifmap: from the highest bit to the lowest.
  localparam int WIDTH = 3 + 17 * COLUMNS + 17 * ROWS;
  localparam int LONGEST = 65536;

  logic clk = 1'b0;
  logic reset = 1'b1;
  logic enable, load, load_last;
  logic [ROWS-1:0][15:0] ifmap;
  logic [ROWS-1:0] ifmap_valid;
  logic [COLUMNS-1:0][15:0] filter;
  logic [COLUMNS-1:0] filter_valid;
  logic [COLUMNS-1:0][31:0] psum;

  logic [WIDTH-1:0] stimuli[LONGEST];
  logic [WIDTH-1:0] stimulus = '0;
  int cycle = 0;
  int cycles;
  string file;

  assign {enable, load_last, load, filter_valid, filter, ifmap_valid, ifmap} = stimulus;

  ws_array #(.ROWS(ROWS), .COLUMNS(COLUMNS)) dut (.*);

  initial begin
    if (!$value$plusargs("stimuli=%s", file)) $fatal(1, "which +stimuli?");
    if (!$value$plusargs("cycles=%d", cycles) || cycles > LONGEST) $fatal(1, "how many +cycles?");
    $readmemh(file, stimuli, 0, cycles - 1);
    if (!$value$plusargs("dump=%s", file)) $fatal(1, "where to +dump?");
    $dumpfile(file);
    $dumpvars(0, ws_array_tb);
    // Non-blocking, so that edge 0 finds every process waiting for it.
    repeat (cycles) begin
      clk <= 1'b1;
      #500 clk <= 1'b0;
      #500;
    end
    $finish;
  end

  always_ff @(posedge clk) begin
    reset    <= 1'b0;
    stimulus <= stimuli[cycle];
    cycle    <= cycle + 1;
  end
endmodule
