`timescale 1ns/1ps
module top;
  reg clk = 0;
  reg [7:0] count;
  reg [3:0] bus = 4'bzzzz;
  wire [7:0] next = count + 8'd3;
  reg [99:0] wide = 0;
  real ratio = 0.0;
  integer total = 0;
  event fire;
  initial begin
    $dumpfile("counter.wave");
    $dumpvars(0, top);
    #2 count = 8'd5;
    #50 $finish;
  end
  always #5 clk = ~clk;
  always @(posedge clk) begin
    count <= next;
    bus <= count[3] ? 4'bzz01 : 4'b1x0z;
    wide <= {wide[98:0], 1'b1};
    ratio = ratio + 0.25;
    total = total - 1;
    -> fire;
  end
endmodule
