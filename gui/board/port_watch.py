"""Follows which serial ports there are, on a thread of its own: on some systems the question takes a while. No Qt."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from device.link.ports import Port, all_ports

EVERY_S = 1.0

log = logging.getLogger("gui")


class PortWatch:
    """Calls ``on_change`` with all ports at the start and whenever one comes or goes, on its own thread."""

    def __init__(
        self,
        on_change: Callable[[tuple[Port, ...]], None],
        *,
        every_s: float = EVERY_S,
        ports: Callable[[], list[Port]] = all_ports,
    ) -> None:
        self._on_change, self._every_s, self._ports = on_change, every_s, ports
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ports")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and join. Harmless when it was not started."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        told: tuple[Port, ...] | None = None
        while not self._stopping.is_set():
            try:
                found = tuple(self._ports())
            except OSError as error:  # a device that goes away while it is asked for its name
                log.info("the ports could not be listed: %s", error)
            else:
                if found != told:
                    told = found
                    self._on_change(found)
            self._stopping.wait(self._every_s)
