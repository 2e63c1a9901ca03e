"""How long work tells a person where it is: lines that stay, and a count that moves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

_EVERY_S = {True: 0.2, False: 10.0}  # on a terminal one line is written over; in a file or pipe each count is a line


class Monitor:
    """Says nothing. Called from one thread."""

    def line(self, text: str) -> None:
        """A result or a remark."""

    def tick(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` steps of ``what`` are over."""


SILENT = Monitor()


class LineMonitor(Monitor):
    """Passes lines on to ``report``."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report

    def line(self, text: str) -> None:
        self._report(text)


class TerminalMonitor(Monitor):
    """Lines to ``out`` (None: nowhere), counts to ``err`` with the time left."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out, self._err = out, err or sys.stderr
        self._what, self._started, self._shown, self._width = "", 0.0, 0.0, 0
        self._terminal = self._err.isatty()

    def line(self, text: str) -> None:
        self._wipe()
        if self._out is not None:
            print(text, file=self._out, flush=True)

    def tick(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._started, self._shown = what, now, now
        if done >= total:
            self._wipe()
            self._what = ""
            return
        if now - self._shown < _EVERY_S[self._terminal]:
            return
        self._shown = now
        left = (now - self._started) / max(done, 1) * (total - done)
        text = f"{what}: {done} of {total}" + (f", about {left:.0f} s left" if done else "")
        if self._terminal:
            print("\r" + text.ljust(self._width), end="", file=self._err, flush=True)
            self._width = len(text)
        else:
            print(text, file=self._err, flush=True)

    def _wipe(self) -> None:
        if self._terminal and self._width:
            print("\r" + " " * self._width + "\r", end="", file=self._err, flush=True)
            self._width = 0
