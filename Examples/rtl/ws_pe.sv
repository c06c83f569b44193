`timescale 1ps / 1ps
// One PE of a weight-stationary array: a weight that stays, an ifmap element that moves right, a psum that moves down.
//
//            filter_above          psum_above
//                 |                     |
//              [filter] ------+         |
//                             v         v
//   ifmap_left ----+-------> [ x ] --> [ + ] --> [psum]
//                  |
//                  +-> [ifmap] -> right neighbour
//
// The MAC works on what *arrives*: on the ifmap element of the left neighbour's register and on the psum of the PE above.
// Everything in brackets that holds state is a register, and nothing moves further than one PE a step.
module ws_pe (
    input  logic               clk,
    input  logic               reset,
    // One step of the array. Without it every register keeps its value.
    input  logic               enable,

    input  logic signed [15:0] ifmap_left,
    input  logic               ifmap_valid_left,

    // The weights of the next fold come down the column, one row a step. `load` is the same for the whole column; a PE
    // shifts only behind one that shifted in the step before, so that weights further down stay until the wave is there.
    input  logic               load,
    input  logic               load_last,
    input  logic signed [15:0] filter_above,
    input  logic               filter_valid_above,
    input  logic               shifted_above,

    input  logic signed [31:0] psum_above,

    output logic signed [15:0] ifmap,
    output logic               ifmap_valid,
    output logic signed [15:0] filter,
    output logic               filter_valid,
    output logic               shifted,
    output logic signed [31:0] psum,
    output logic               mac_fire
);
  // Slots without an operand hold zeros, so their products are 0 and the psum passes unchanged.
  assign mac_fire = enable & ifmap_valid_left & filter_valid;

  always_ff @(posedge clk) begin
    if (reset) begin
      ifmap        <= 16'sd0;
      ifmap_valid  <= 1'b0;
      filter       <= 16'sd0;
      filter_valid <= 1'b0;
      shifted      <= 1'b0;
      psum         <= 32'sd0;
    end else if (enable) begin
      ifmap       <= ifmap_left;
      ifmap_valid <= ifmap_valid_left;
      psum        <= psum_above + ifmap_left * filter;
      if (load && shifted_above) begin
        filter       <= filter_above;
        filter_valid <= filter_valid_above;
      end
      shifted <= load && shifted_above && !load_last;
    end
  end
endmodule
