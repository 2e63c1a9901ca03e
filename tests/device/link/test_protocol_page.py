"""PROTOCOL.md says what protocol.py does: every offset, every number, and an example that can be decoded."""

from __future__ import annotations

import re
import struct
from dataclasses import fields
from pathlib import Path

import pytest

from device.link import protocol
from device.link.framing import Decoder, Frame, encode
from device.link.protocol import DoorAction, DoorReply, DoorRequest, DoorState, Record, Status, Type

TYPES = {"B": "u8", "H": "u16", "I": "u32", "i": "i32", "f": "f32"}


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "device" / "link" / "PROTOCOL.md").read_text("utf-8")


def layout(record: type[Record]) -> list[tuple[int, int, str]]:
    """(offset, bytes, name) of every field."""
    rows, offset = [], 0
    codes = re.findall(r"\d*[a-zA-Z]", record.FORMAT)
    for code, field in zip(codes, fields(record), strict=True):
        size = struct.calcsize("<" + code)
        rows.append((offset, size, field.name))
        offset += size
    return rows


@pytest.mark.parametrize("record", protocol.RECORDS, ids=lambda record: record.__name__)
def test_tables(page: str, record: type[Record]) -> None:
    match = re.search(rf"^`{record.__name__}`, (\d+) bytes\n\n((?:\|.*\n)+)", page, re.M)
    assert match, f"no table for {record.__name__}"
    assert int(match[1]) == record.size()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in match[2].splitlines()[2:]]
    assert [(int(r[0]), int(r[1]), r[3].strip("`")) for r in rows] == layout(record)
    for row, code in zip(rows, re.findall(r"\d*[a-zA-Z]", record.FORMAT), strict=True):
        assert row[2] == TYPES.get(code) or (code.endswith("s") and row[2].endswith(f"[{code[:-1]}]"))
        assert row[4]


def test_the_example(page: str) -> None:
    lines = dict(re.findall(r"^(request|reply) +((?:[0-9a-f]{2} +)+[0-9a-f]{2})$", page, re.M))
    frames = {name: bytes.fromhex(text) for name, text in lines.items()}
    request, reply = DoorRequest(DoorAction.OPEN, 3000).pack(), DoorReply(DoorState.OPEN, 3000).pack()
    assert frames["request"] == encode(Type.DOOR, 0x1234, request)
    assert frames["reply"] == encode(Type.DOOR | 0x80, 0x1234, reply)
    assert Decoder().feed(frames["request"] + frames["reply"]) == [
        Frame(Type.DOOR, 0x1234, Status.OK, request),
        Frame(Type.DOOR | 0x80, 0x1234, Status.OK, reply),
    ]


@pytest.mark.parametrize(("kind", "heading"), [(Type, "Requests and replies"), (Status, "Status")])
def test_numbered_names(page: str, kind: type, heading: str) -> None:
    section = page.split(f"\n## {heading}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", section, re.M)
    assert [(int(number), name) for number, name in rows] == [(int(member), member.name) for member in kind]


def test_capabilities(page: str) -> None:
    text = page.split("**Capabilities**")[1].split("\n\n")[0]
    found = [(int(number), name) for number, name in re.findall(r"(\d+) ([A-Z]+)\b", text)]
    assert found == [(int(flag), flag.name) for flag in protocol.Capability]


@pytest.mark.parametrize(
    "name", ["MAX_PAYLOAD_BYTES", "START_BAUD", "FAST_BAUD", "BAUD_CONFIRM_MS", "DOOR_MAX_OPEN_MS"]
)
def test_limits(page: str, name: str) -> None:
    assert f"{getattr(protocol, name):,}" in page


def test_the_checksum_is_the_one_described() -> None:
    assert protocol.crc32(b"123456789") == 0xCBF43926
