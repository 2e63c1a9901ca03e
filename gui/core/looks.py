"""How often the board looks at a crop: once, or at its mirror image, too. No Qt."""

from __future__ import annotations

from enum import StrEnum

from device.link.protocol import Capability
from device.link.replies import Hello


class Looks(StrEnum):
    """What the setting asks for."""

    AUTOMATIC = "automatic"
    ONCE = "once"
    TWICE = "twice"


def twice(looks: Looks, hello: Hello, *, kept: bool = False) -> bool:
    """Whether the board that said ``hello`` is to look at a crop's mirror image, too; ``kept``: in order to enrol.

    AUTOMATIC: a board on a wire loses no crop by it, for at 2 Mbaud receiving one takes 246 ms and both looks 212. What
    this computer emulates would come to half as many. A template is made once and used always, so for one it is worth
    the time anywhere.
    """
    if looks is Looks.ONCE or Capability.MIRROR not in hello.capabilities:
        return False
    return looks is Looks.TWICE or kept or hello.where == "board"
