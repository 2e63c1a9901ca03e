"""The virtual board: executes the same image that a real board is flashed with, in a process of its own.

``VirtualBoard`` starts that process and gives the URL to connect to. Inside it, ``machine.py`` puts an engine (Unicorn)
together with the register models of the chip; ``cycles.py`` says what code costs, ``clock.py`` and ``idle.py`` what
time does. Only the child process imports the engine.
"""

from device.emulator.launcher import VirtualBoard

__all__ = ["VirtualBoard"]
