"""protocol.h says what protocol.py says."""

from pathlib import Path

from device.link.protocol import c_header


def test_protocol_h_is_fresh(sources: Path) -> None:
    expected = c_header()
    written = (sources / "link" / "protocol.h").read_text()
    assert written == expected, "run: python -m device.link.protocol > device/firmware/link/protocol.h"
