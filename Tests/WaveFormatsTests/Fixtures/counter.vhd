library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
entity top is end top;
architecture test of top is
  type phase_t is (idle, load, mac);
  signal clk : std_logic := '0';
  signal count : unsigned(7 downto 0);
  signal lanes : std_logic_vector(3 downto 0) := "ZZZZ";
  signal ratio : real := 0.0;
  signal total : integer := 0;
  signal phase : phase_t := idle;
begin
  process begin
    wait for 2 ns;
    clk <= '0';
    for i in 1 to 5 loop
      wait for 3 ns; clk <= '1';
      if i = 1 then count <= to_unsigned(5, 8); else count <= count + 3; end if;
      if i = 2 then lanes <= "1X0Z"; end if;
      if i = 3 then lanes <= "WLH-"; end if;
      ratio <= ratio + 0.25;
      total <= total - 1;
      if phase = mac then phase <= idle; else phase <= phase_t'succ(phase); end if;
      wait for 5 ns; clk <= '0';
      wait for 2 ns;
    end loop;
    wait;
  end process;
end test;
