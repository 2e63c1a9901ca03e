"""Whether a window can be opened here, asked before Qt is: Qt itself ends the program without a word of help. No Qt."""

from __future__ import annotations

import ctypes
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

DEBIAN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
"""Libraries that Qt's wheels expect of the system, and the Debian packages that bring them."""


def missing_library(error: str) -> str | None:
    """The library that a loader's message complains about."""
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", error)
    return found.group(1) if found else None


def advice(error: str) -> str:
    """What to do about an import or load that failed with this message."""
    library = missing_library(error)
    if library is None:
        return f"The window cannot be opened: {error}\nInstall the program again (in a checkout: make run)"
    package = DEBIAN.get(library)
    what = f"sudo apt-get install {package}" if package else f"look for the package that holds {library}"
    return f"The window cannot be opened: the system library {library} is missing.\nOn Debian: {what}"


def answers(display: str) -> bool:
    """Whether an X server answers at ``display``; True as well where nobody can ask."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the missing library is the next thing to be noticed
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode() or None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def problem(
    environment: Mapping[str, str],
    platform: str = sys.platform,
    load: Callable[[str], object] = ctypes.CDLL,
    screen: Callable[[str], bool] = answers,
    *,
    program: str = "face-door",
) -> str | None:
    """None when a window can be opened, else a message that says what to do."""
    found = importlib.util.find_spec("PySide6")
    if found is None or found.origin is None:
        return (
            "The window cannot be opened: PySide6 is not installed.\n"
            "Install the program again (in a checkout: make run, or uv run main.py)"
        )
    if not platform.startswith("linux"):
        return None
    chosen = environment.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if not chosen and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        return (
            "The window cannot be opened: there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set).\n"
            "Start it on a desktop, over ssh -X, or for a look without a screen: "
            f"QT_QPA_PLATFORM=offscreen {program} --quit-after 20 --screenshot window.png"
        )
    plugins = Path(found.origin).parent / "Qt" / "plugins" / "platforms"
    plugin = chosen or ("wayland" if environment.get("WAYLAND_DISPLAY") and not environment.get("DISPLAY") else "xcb")
    if plugin == "xcb" and not screen(environment.get("DISPLAY", "")):
        return (
            f"The window cannot be opened: the screen {environment.get('DISPLAY', '')!r} does not answer.\n"
            "Is DISPLAY right, and may this user use it (xhost, ssh -X)?"
        )
    for library in (plugins.parent.parent / "lib" / "libQt6Gui.so.6", plugins / f"libq{plugin}.so"):
        if library.exists():
            try:
                load(str(library))
            except OSError as error:
                return advice(str(error))
    return None
