"""The virtual board: executes the same image that a real board is flashed with, in a process of its own.

``VirtualBoard`` starts that process and gives the URL to connect to. Inside it, ``machine.py`` puts an engine (Unicorn)
together with the register models of the chip; ``cycles.py`` says what code costs, ``meter.py`` adds it up, ``clock.py``
and ``idle.py`` say what time does. Only the child process imports the engine. ``hot_blocks.py`` compares the costs with
another model (``CYCLES.md``).
"""

from device.emulator.launcher import VirtualBoard

__all__ = ["VirtualBoard"]
