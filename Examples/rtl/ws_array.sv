`timescale 1ps / 1ps
// A weight-stationary systolic array with the skew registers at its edges: the same design as Systole's 4 x 4 machine with
// single-buffered weights and a MAC of one stage.
//
//   vectors of weights -> skew (north) ---+
//                                         v
//   vectors of ifmap   -> skew (west) -> PEs -> psums at the feet of the columns
//
// A vector is presented in one step, un-skewed. With LATENCY registers before lane 0, its element l stands at the array's edge
// LATENCY + l steps later. PE (r, c) meets vector v, presented in step p, in step p + LATENCY + r + c; the psum of the vector
// stands at the foot of column c in step p + LATENCY + ROWS + c.
module ws_array #(
    parameter int ROWS    = 4,
    parameter int COLUMNS = 4,
    parameter int LATENCY = 1
) (
    input  logic                      clk,
    input  logic                      reset,
    input  logic                      enable,
    input  logic [ROWS-1:0][15:0]     ifmap,
    input  logic [ROWS-1:0]           ifmap_valid,
    // The bottom row's weights are presented first. `load_last` marks the top row's.
    input  logic                      load,
    input  logic                      load_last,
    input  logic [COLUMNS-1:0][15:0]  filter,
    input  logic [COLUMNS-1:0]        filter_valid,
    output logic [COLUMNS-1:0][31:0]  psum
);
  // What stands between neighbouring PEs: index 0 is the edge, index i + 1 what PE i passes on.
  logic [15:0] ifmap_between       [ROWS][COLUMNS+1];
  logic        ifmap_valid_between [ROWS][COLUMNS+1];
  logic [15:0] filter_between      [ROWS+1][COLUMNS];
  logic        filter_valid_between[ROWS+1][COLUMNS];
  logic        shifted_between     [ROWS+1][COLUMNS];
  logic [31:0] psum_between        [ROWS+1][COLUMNS];
  logic        fires               [ROWS][COLUMNS];
  logic        column_load         [COLUMNS];
  logic        column_load_last    [COLUMNS];

  for (genvar r = 0; r < ROWS; r++) begin : west
    skew_lane #(.WIDTH(17), .STAGES(LATENCY + r)) lane (
        .clk, .reset, .enable,
        .word({ifmap_valid[r], ifmap[r]}),
        .edge_word({ifmap_valid_between[r][0], ifmap_between[r][0]})
    );
  end

  for (genvar c = 0; c < COLUMNS; c++) begin : north
    skew_lane #(.WIDTH(19), .STAGES(LATENCY + c)) lane (
        .clk, .reset, .enable,
        .word({load_last, load, filter_valid[c], filter[c]}),
        .edge_word({column_load_last[c], column_load[c], filter_valid_between[0][c], filter_between[0][c]})
    );
    assign shifted_between[0][c] = column_load[c];
    assign psum_between[0][c]    = 32'd0;
    assign psum[c]               = psum_between[ROWS][c];
  end

  for (genvar r = 0; r < ROWS; r++) begin : row
    for (genvar c = 0; c < COLUMNS; c++) begin : column
      ws_pe pe (
          .clk, .reset, .enable,
          .ifmap_left(ifmap_between[r][c]),
          .ifmap_valid_left(ifmap_valid_between[r][c]),
          .load(column_load[c]),
          .load_last(column_load_last[c]),
          .filter_above(filter_between[r][c]),
          .filter_valid_above(filter_valid_between[r][c]),
          .shifted_above(shifted_between[r][c]),
          .psum_above(psum_between[r][c]),
          .ifmap(ifmap_between[r][c+1]),
          .ifmap_valid(ifmap_valid_between[r][c+1]),
          .filter(filter_between[r+1][c]),
          .filter_valid(filter_valid_between[r+1][c]),
          .shifted(shifted_between[r+1][c]),
          .psum(psum_between[r+1][c]),
          .mac_fire(fires[r][c])
      );
    end
  end
endmodule
