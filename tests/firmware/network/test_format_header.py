"""format.h says what format.py says."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.c_header import c_struct
from device.network.format import format_header


def test_format_h_is_fresh(sources: Path) -> None:
    assert (sources / "network" / "format.h").read_text() == format_header(), "run: make headers"


@pytest.mark.parametrize(("layout", "names"), [("<BI", "ab"), ("<IB", "ab"), ("<HH", "abc")])
def test_a_layout_with_gaps_is_no_struct(layout: str, names: str) -> None:
    with pytest.raises(ValueError, match="s: "):
        c_struct("s", layout, names, packed=False)
