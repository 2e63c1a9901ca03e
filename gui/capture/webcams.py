"""The webcams of this computer with their names, without opening one. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/sys/class/video4linux")  # Linux's list of video devices, one folder each
UNNAMED = 4  # indices offered where the system has no list


@dataclass(frozen=True)
class Webcam:
    """``index`` is OpenCV's, ``name`` the maker's, empty where the system does not tell."""

    index: int
    name: str = ""


def webcams(system: Path = SYSTEM) -> list[Webcam]:
    """Every webcam by its index. A camera's second node, which carries no frames, is left out."""
    if not system.parent.is_dir():
        return [Webcam(index) for index in range(UNNAMED)]
    found = []
    for node in system.glob("video*"):
        number = node.name.removeprefix("video")
        if number.isdigit() and _text(node / "index") in ("", "0"):
            found.append(Webcam(int(number), _text(node / "name")))
    return sorted(found, key=lambda webcam: webcam.index)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
