"""Colours, sizes and icons of the theme: data."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from device.paths import ASSETS

ICONS = ASSETS / "icons"


GAP = 16  # between cards; half of it inside


MIN_BODY_PX, MAX_BODY_PX = 13, 18

# On the live picture and on the door's colours, in both themes alike: as #rrggbb, or #aarrggbb where it lets through.
ON_DOOR = "#ffffff"
ON_DOOR_SOFT = "#cdffffff"
ON_DOOR_TRACK = "#3cffffff"  # of a countdown's bar
ON_KIOSK_SOFT = "#d7ffffff"
NO_PICTURE = "#5b6673"
WAITING = "#c6ced8"
PLATE, HINT_PLATE, RATES_PLATE = "#d70c0f13", "#dc0c0f13", "#a50c0f13"  # behind text
ON_PLATE, ON_HINT = "#d5dbe3", "#f4f6f9"
OUTLINE_SHADOW, DOT_RIM = "#6e000000", "#96000000"
GUIDE, GUIDE_SHADOW = "#beffffff", "#5a000000"


@dataclass(frozen=True)
class Colours:
    """One set of colours, as #rrggbb. ``accent`` is the only colour without a meaning of its own."""

    dark: bool
    window: str
    card: str
    sunk: str  # fields and tracks inside a card
    line: str
    text: str
    muted: str
    accent: str
    accent_text: str
    good: str
    warn: str
    bad: str
    stage: str  # behind the live picture
    door_locked: str
    door_open: str
    door_unknown: str
    door_refused: str

    def role(self, role: str) -> QColor:
        """The colour of an overlay's role on the live picture: bright ones, whatever the theme."""
        return QColor({"good": "#2fbf71", "bad": "#ff6b5e", "warn": "#f5b83d"}.get(role, "#f2f4f7"))


LIGHT = Colours(
    dark=False,
    window="#f1f3f6",
    card="#ffffff",
    sunk="#eef1f5",
    line="#dfe4ea",
    text="#161a20",
    muted="#59636f",
    accent="#2f62d9",
    accent_text="#ffffff",
    good="#17794a",
    warn="#8f5c00",
    bad="#b3321f",
    stage="#14171b",
    door_locked="#27313d",
    door_open="#157a47",
    door_unknown="#8a6100",
    door_refused="#9c2a1a",
)


DARK = Colours(
    dark=True,
    window="#101317",
    card="#191d23",
    sunk="#232932",
    line="#2b323c",
    text="#e9edf2",
    muted="#98a3b1",
    accent="#7ea2ff",
    accent_text="#0d1420",
    good="#5ccf94",
    warn="#f0b94a",
    bad="#ff8a7c",
    stage="#07090b",
    door_locked="#2c3745",
    door_open="#13854c",
    door_unknown="#7d5a08",
    door_refused="#8f2c1f",
)


@dataclass(frozen=True)
class Scale:
    """Type sizes in pixels, from the desktop's own text size."""

    body: int

    @property
    def caption(self) -> int:
        """Pixels of small text."""
        return max(11, round(self.body * 0.86))

    @property
    def title(self) -> int:
        """Pixels of a heading."""
        return round(self.body * 1.12)

    @property
    def figure(self) -> int:
        """Pixels of a number that stands out."""
        return round(self.body * 1.55)
