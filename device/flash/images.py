"""Firmware images: a board's code, padding, and ``network.bin`` at a fixed place; and the manifest that describes them.

``python -m device.flash.images manifest`` writes ``firmware_bin/manifest.json`` from the files that are there,
``check`` compares them again, and ``compose IMAGE NETWORK OUT`` puts another network into an image without a compiler.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from device.errors import DeviceError, FileError
from device.link.protocol import PROTOCOL_VERSION
from device.network.file import HEADER_BYTES, MAGIC, Network, NetworkHeader, parse_network
from device.paths import FIRMWARE_BIN, ROOT

FOLDER = FIRMWARE_BIN
MANIFEST = "manifest.json"
FORMAT = 1
NETWORK_OFFSET = 0x10000  # of network.bin in every image; the linker scripts place it there
FLASH_BYTES = {"nucleo_f767zi": 2 << 20, "nucleo_h743zi": 2 << 20, "mps2_an500": 4 << 20}
DEFAULT_BOARD = "nucleo_f767zi"
_SOURCES = ("device/firmware", "device/link/protocol.py")
_SOURCE_NAMES = ("*.c", "*.h", "*.S", "*.s", "*.ld", "Makefile", "*.mk")
_MEASURED = "sizes: counted in the image file; network and arena: read from the network inside it"
_AGAIN = "build it again with `make firmware`"


@dataclass(frozen=True)
class Image:
    """One prebuilt image as the manifest describes it."""

    board: str
    file: str
    commit: str | None  # of the firmware's sources; ends in + where they had changes that were not committed
    sources_sha256: str  # of the firmware's sources, so that a stale image is noticed whatever the commit
    protocol: int
    network: str  # the network's hash in hex, as in HELLO
    network_name: str
    sha256: str
    bytes: int
    code_bytes: int  # without padding and network
    network_bytes: int
    arena_bytes: int  # of activations, the kernels' own work memory counted in
    compiler: str | None
    measured: str

    @classmethod
    def parse(cls, entry: Any, where: str) -> Self:
        """From one entry of the manifest; raises FileError where a field is missing or of another type."""
        if not isinstance(entry, dict):
            raise FileError(f"{where}: an entry is no object", _AGAIN)
        values: dict[str, Any] = {}
        for field in fields(cls):
            value = entry.get(field.name)
            kinds = {"int": int, "str": str}.get(str(field.type), (str, type(None)))
            if field.name not in entry or not isinstance(value, kinds):
                raise FileError(f"{where}: {field.name} is {value!r}", _AGAIN)
            values[field.name] = value
        return cls(**values)


def split(image: bytes, where: str) -> tuple[bytes, Network]:
    """An image's code (padding stripped) and its network; raises FileError, naming ``where``, where there is none."""
    header = image[NETWORK_OFFSET : NETWORK_OFFSET + HEADER_BYTES]
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise FileError(f"{where}: no network at offset {NETWORK_OFFSET:#x}", f"is this a firmware image? {_AGAIN}")
    end = NETWORK_OFFSET + NetworkHeader.parse(header).total_bytes
    network = parse_network(image[NETWORK_OFFSET:end], where)
    if image[end:].strip(b"\0\xff"):
        raise FileError(f"{where}: {len(image) - end} bytes stand behind the network", _AGAIN)
    return image[:NETWORK_OFFSET].rstrip(b"\0").rstrip(b"\xff"), network


def compose(image: bytes, network: bytes, *, flash_bytes: int = FLASH_BYTES[DEFAULT_BOARD]) -> bytes:
    """``image`` with ``network`` (a whole ``network.bin``) in place of its own; raises FileError where one is bad.

    Whether the board has the memory that the network needs is for the firmware to say, at start, in HELLO.
    """
    split(image, "the image")
    parse_network(network, "the network")
    result = image[:NETWORK_OFFSET] + network
    if len(result) > flash_bytes:
        raise FileError(f"image and network have {len(result)} bytes, the flash {flash_bytes}", "use a smaller network")
    return result


def load_manifest(folder: Path = FOLDER) -> list[Image]:
    """The manifest's images; raises FileError where it is missing or damaged."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: {error}", _AGAIN) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT or not isinstance(content.get("images"), list):
        raise FileError(f"{path}: no manifest of format {FORMAT}", _AGAIN)
    return [Image.parse(entry, str(path)) for entry in content["images"]]


def find_image(board: str = DEFAULT_BOARD, folder: Path = FOLDER) -> Path:
    """The prebuilt image for ``board``, checked against the manifest."""
    images = load_manifest(folder)
    for image in images:
        if image.board == board:
            path = folder / image.file
            if hashlib.sha256(_read(path)).hexdigest() != image.sha256:
                raise FileError(f"{path} is not the file that the manifest describes", _AGAIN)
            return path
    raise FileError(f"no image for board {board!r}", f"there are: {', '.join(image.board for image in images)}")


def describe(path: Path, *, compiler: str | None = None, root: Path = ROOT) -> Image:
    """What the manifest says of the image at ``path``, from the file itself and the sources beside it."""
    data = _read(path)
    code, network = split(data, str(path))
    board = path.stem
    if len(data) > FLASH_BYTES.get(board, len(data)):
        raise FileError(
            f"{path} has {len(data)} bytes, the board's flash {FLASH_BYTES[board]}", "use a smaller network"
        )
    return Image(
        board=board,
        file=path.name,
        commit=_commit(root),
        sources_sha256=sources_sha256(root),
        protocol=PROTOCOL_VERSION,
        network=network.hash_hex,
        network_name=network.name,
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        code_bytes=len(code),
        network_bytes=len(network.data),
        arena_bytes=network.memory_bytes,
        compiler=compiler,
        measured=_MEASURED,
    )


def write_manifest(folder: Path = FOLDER, *, compiler: str | None = None, root: Path = ROOT) -> list[Image]:
    """Describe every ``.bin`` in ``folder`` and replace the manifest; call it right after building them."""
    paths = sorted(folder.glob("*.bin"))
    if not paths:
        raise FileError(f"no image in {folder}", _AGAIN)
    images = [describe(path, compiler=compiler, root=root) for path in paths]
    text = json.dumps({"format": FORMAT, "images": [asdict(image) for image in images]}, indent=2) + "\n"
    beside = folder / (MANIFEST + ".new")
    beside.write_text(text, "utf-8")
    beside.replace(folder / MANIFEST)
    return images


def check_manifest(folder: Path = FOLDER, *, root: Path = ROOT) -> list[str]:
    """What the manifest says that is not so, a line each: files, hashes, sizes, networks, and sources changed since."""
    faults: list[str] = []
    entries = load_manifest(folder)
    faults += [f"{path.name} is not in the manifest" for path in sorted(folder.glob("*.bin"))
               if path.name not in {entry.file for entry in entries}]  # fmt: skip
    for entry in entries:
        try:
            fresh = asdict(describe(folder / entry.file, compiler=entry.compiler, root=root))
        except FileError as error:
            faults.append(str(error))
            continue
        said = asdict(entry)
        faults += [
            f"{entry.file}: {name} is {fresh[name]!r}, the manifest says {said[name]!r}"
            for name in said
            if name != "commit" and said[name] != fresh[name]
        ]
    return faults


def sources_sha256(root: Path = ROOT) -> str:
    """SHA-256 over the firmware's sources: each file's path from ``root``, its length and its bytes, by path."""
    firmware = root / "device" / "firmware"
    paths = {path for name in _SOURCE_NAMES for path in firmware.rglob(name)}
    if not paths:
        raise FileError(f"there are no sources of the firmware in {firmware}", "run this in a checkout")
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if "build" not in path.relative_to(firmware).parts):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _commit(root: Path) -> str | None:
    commit = _git(root, "log", "-1", "--format=%H", "--", *_SOURCES)
    if not commit:
        return None
    return commit + ("+" if _git(root, "status", "--porcelain", "--", *_SOURCES) else "")


def _git(root: Path, *arguments: str) -> str:
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _AGAIN) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m device.flash.images", description="Firmware images and their manifest."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("manifest", "write the manifest of the images there"), ("check", "compare it with them")):
        command = commands.add_parser(name, help=text)
        command.add_argument("folder", nargs="?", type=Path, default=FOLDER)
        command.add_argument("--compiler", help="what built them, to be noted")
    command = commands.add_parser("compose", help="put another network into an image")
    for name in ("image", "network", "out"):
        command.add_argument(name, type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.command == "compose":
            options.out.write_bytes(compose(_read(options.image), _read(options.network)))
        elif options.command == "manifest":
            for image in write_manifest(options.folder, compiler=options.compiler):
                print(f"{image.file}: {image.bytes} bytes, {image.code_bytes} of code, network {image.network[:12]}")
        else:
            faults = check_manifest(options.folder)
            print("\n".join(faults) or "the manifest is right")
            return 1 if faults else 0
    except (DeviceError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
