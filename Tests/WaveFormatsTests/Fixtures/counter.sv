`timescale 1ns/1ps
module top(input logic clk, input logic reset, output logic [7:0] count);
  typedef enum logic [1:0] {IDLE, LOAD, MAC} phase_t;
  phase_t phase;
  logic [99:0] wide;
  real ratio;
  always_ff @(posedge clk) begin
    if (reset) begin count <= 5; phase <= IDLE; wide <= 0; ratio <= 0.0; end
    else begin
      count <= count + 3;
      phase <= phase == MAC ? IDLE : phase_t'(phase + 2'd1);
      wide <= {wide[98:0], 1'b1};
      ratio <= ratio + 0.25;
    end
  end
endmodule
