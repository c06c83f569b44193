import sys
from vcd import VCDWriter
with open(sys.argv[1], "w") as file, VCDWriter(file, timescale="10 ns", date="today", comment="made by pyvcd", version="pyvcd") as w:
    clk = w.register_var("top", "clk", "wire", size=1)
    count = w.register_var("top.adder", "count", "reg", size=8)
    bus = w.register_var("top.adder", "bus", "wire", size=4, init="z")
    split = w.register_var("top.adder", "split", "wire", size=(8, 1, 4))
    wide = w.register_var("top.adder", "wide", "reg", size=100, init=0)
    ratio = w.register_var("top", "ratio", "real", init=0.0)
    word = w.register_var("top", "word", "string", init="idle")
    fire = w.register_var("top", "fire", "event", init=None)
    total = w.register_var("top", "total", "integer", size=32)
    value = 5
    for cycle in range(1, 6):
        time = 10 * cycle
        w.change(clk, time, 1)
        w.change(count, time, (5 + 3 * (cycle - 1)) & 255)
        w.change(bus, time, "1x0z" if cycle == 2 else cycle)
        w.change(split, time, (None, 1, cycle))
        w.change(wide, time, (1 << (20 * cycle)) - 1)
        w.change(ratio, time, cycle * 0.25)
        w.change(word, time, "MAC %d" % cycle if cycle % 2 else "")
        w.change(total, time, -cycle)
        w.change(fire, time, True)
        if cycle == 3:
            w.dump_off(time + 2)
            w.dump_on(time + 3)
        w.change(clk, time + 5, 0)
    w.close(70)
