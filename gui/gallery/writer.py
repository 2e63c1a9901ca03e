"""The store's thread: changes of the gallery in their order, because a durable write waits for the disk. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from device.errors import DeviceError
from gui.core.states import Problem, Topic

Work = Callable[[], object]


class GalleryWriter:
    """Runs work that any thread hands in. ``on_changed`` and ``on_problem`` are called on this thread."""

    def __init__(self, on_changed: Callable[[], None], on_problem: Callable[[Problem], None]) -> None:
        self._on_changed, self._on_problem = on_changed, on_problem
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._closed = False

    def write(self, work: Work) -> None:
        """Run what leaves the people alone; an error that it raises becomes a problem."""

        def guarded() -> None:
            try:
                work()
            except DeviceError as error:
                self._on_problem(Problem(error.message, error.hint, Topic.GALLERY))

        if not self._closed:
            self._pool.submit(guarded)

    def change(self, work: Work) -> None:
        """Run what changes the people, and say so after it."""

        def change() -> None:
            work()
            self._on_changed()

        self.write(change)

    def changed(self) -> None:
        """Work that was handed to ``write`` has changed the people."""
        self._on_changed()

    def close(self) -> None:
        """Take no more work."""
        self._closed = True

    def stop(self) -> None:
        """Finish what was taken, and join."""
        self._closed = True
        self._pool.shutdown(wait=True)
