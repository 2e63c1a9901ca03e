"""protocol.h says what protocol.py says."""

from pathlib import Path

from device.link.protocol import protocol_header


def test_protocol_h_is_fresh(sources: Path) -> None:
    expected = protocol_header()
    written = (sources / "link" / "protocol.h").read_text()
    assert written == expected, "run: make headers"
