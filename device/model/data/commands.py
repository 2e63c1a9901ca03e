"""Training data from the command line."""

from __future__ import annotations

from device.model.command import Command

COMMANDS: tuple[Command, ...] = ()
