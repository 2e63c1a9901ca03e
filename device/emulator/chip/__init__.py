"""What the STM32 is: core, exceptions, bus, memory, clock and serial port."""
