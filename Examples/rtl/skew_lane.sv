`timescale 1ps / 1ps
// The path of one lane from a scratchpad to the array's edge: STAGES registers, of which lane 0 has as many as the scratchpad
// takes cycles, and each further lane one more. So the elements of one vector enter the array as a diagonal wave.
module skew_lane #(
    parameter int WIDTH  = 17,
    parameter int STAGES = 1
) (
    input  logic             clk,
    input  logic             reset,
    input  logic             enable,
    input  logic [WIDTH-1:0] word,
    output logic [WIDTH-1:0] edge_word
);
  for (genvar s = 0; s < STAGES; s++) begin : stage
    logic [WIDTH-1:0] previous;
    logic [WIDTH-1:0] value;
    if (s == 0) begin : first
      assign previous = word;
    end else begin : further
      assign previous = stage[s-1].value;
    end
    always_ff @(posedge clk) begin
      if (reset) value <= '0;
      else if (enable) value <= previous;
    end
  end
  assign edge_word = stage[STAGES-1].value;
endmodule
