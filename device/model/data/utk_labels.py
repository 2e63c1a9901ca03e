"""What the names of the training crops say about the face: nothing more is known of it.

UTKFace names start ``age_gender_race`` (gender 0 male, 1 female; race 0 White, 1 Black, 2 Asian, 3 Indian, 4 Others:
https://susanqq.github.io/UTKFace/), All-Age-Faces names end in ``A`` and the age.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UTK = re.compile(r"(\d+)_([01])_([0-4])_")
_AAF = re.compile(r"\d+A(\d+)\.")
_GENDERS = ("male", "female")
_RACES = ("White", "Black", "Asian", "Indian", "Others")
ADULT = 16  # years: the teachers' embeddings of children lie close together whoever they are


@dataclass(frozen=True)
class Label:
    """One crop: the data set it is from, and what its name says, None where it says nothing. ``age`` in years."""

    source: str
    age: int | None = None
    gender: str | None = None
    race: str | None = None

    @property
    def grown_up(self) -> bool:
        """True unless the name says otherwise."""
        return self.age is None or self.age >= ADULT


def read_label(name: str) -> Label:
    """Of a name like ``utk/25_1_2_20170116.webp``."""
    source, _, rest = name.partition("/")
    if source == "utk" and (match := _UTK.match(rest)):
        return Label(source, int(match[1]), _GENDERS[int(match[2])], _RACES[int(match[3])])
    if source == "aaf" and (match := _AAF.match(rest)):
        return Label(source, int(match[1]))
    return Label(source)
