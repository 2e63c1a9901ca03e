"""Images are taken apart, put together and described; a manifest that lies is found out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.flash import images
from device.flash.images import NETWORK_OFFSET, check_manifest, compose, describe, find_image, load_manifest, split
from device.link.protocol import PROTOCOL_VERSION, LayerKind, Record
from device.network.file import LayerRecord, Network, NetworkHeader, Tables, build_network

CODE = b"\x00\x20code" * 50


def zero(record: type[Record], **values: object) -> Record:
    """A record of zeros, but for ``values``."""
    blank = record.parse(bytes(record.size()))
    return type(blank)(**{**vars(blank), **values})


def tiny_network(channels: int = 4) -> Network:
    """One mean over 2x2 pixels: the smallest file that the checks accept."""
    header = zero(
        NetworkHeader, input_height=2, input_width=2, input_channels=channels, output_length=channels,
        arena_bytes=64 * channels, output_offset=32 * channels, input_scale=1.0, output_scale=1.0, name=b"tiny",
    )  # fmt: skip
    layer = zero(
        LayerRecord, name=b"pool", kind=int(LayerKind.MEAN), in_height=2, in_width=2, in_channels=channels,
        out_height=1, out_width=1, out_channels=channels, kernel_height=2, kernel_width=2, stride_height=1,
        stride_width=1, clamp_min=-128, clamp_max=127, out_offset=32 * channels,
    )  # fmt: skip
    none8, none32 = np.empty(0, np.int8), np.empty(0, np.int32)
    one = np.ones(1, np.int32)
    return build_network(header, [(layer, Tables(none8, none32, one, one))])  # type: ignore[arg-type, list-item]


def image(network: Network, code: bytes = CODE) -> bytes:
    return code.ljust(NETWORK_OFFSET, b"\xff") + network.data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nucleo_f767zi.bin").write_bytes(image(tiny_network()))
    images.write_manifest(tmp_path, compiler="gcc 12")
    return tmp_path


def test_split_finds_code_and_network() -> None:
    network = tiny_network()
    code, found = split(image(network), "here")
    assert code == CODE
    assert found == network


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no network at offset 0x10000"),
        (bytes(NETWORK_OFFSET + 200), "no network"),
        (image(tiny_network())[:-1], "bytes"),
        (image(tiny_network()) + b"more", "4 bytes stand behind"),
        (image(tiny_network())[:-5] + b"\x55" + image(tiny_network())[-4:], "damaged"),
    ],
)
def test_bad_images(data: bytes, message: str) -> None:
    with pytest.raises(FileError, match=message) as caught:
        split(data, "bad.bin")
    assert "bad.bin" in str(caught.value)


def test_compose_puts_another_network_in() -> None:
    other = tiny_network(8)
    result = compose(image(tiny_network()), other.data)
    assert split(result, "result") == (CODE, other)
    assert result == image(other)


def test_compose_refuses() -> None:
    good = image(tiny_network())
    with pytest.raises(FileError, match="the network"):
        compose(good, b"no network at all")
    with pytest.raises(FileError, match="the image"):
        compose(b"no image", tiny_network().data)
    with pytest.raises(FileError, match="the flash 65537"):
        compose(good, tiny_network().data, flash_bytes=NETWORK_OFFSET + 1)


def test_manifest_says_what_the_file_is(folder: Path) -> None:
    (entry,) = load_manifest(folder)
    data = (folder / "nucleo_f767zi.bin").read_bytes()
    assert (entry.board, entry.file, entry.protocol) == ("nucleo_f767zi", "nucleo_f767zi.bin", PROTOCOL_VERSION)
    assert (entry.bytes, entry.code_bytes, entry.arena_bytes) == (len(data), len(CODE), 256)
    assert entry.network == tiny_network().hash_hex
    assert entry.compiler == "gcc 12"
    assert check_manifest(folder) == []
    assert find_image("nucleo_f767zi", folder) == folder / "nucleo_f767zi.bin"


def test_a_changed_image_is_found_out(folder: Path) -> None:
    (folder / "nucleo_f767zi.bin").write_bytes(image(tiny_network(8)))
    assert any("sha256" in fault for fault in check_manifest(folder))
    with pytest.raises(FileError, match="not the file that the manifest describes"):
        find_image("nucleo_f767zi", folder)


def test_an_image_beside_the_manifest_is_found_out(folder: Path) -> None:
    shutil.copy(folder / "nucleo_f767zi.bin", folder / "mps2_an500.bin")
    assert check_manifest(folder) == ["mps2_an500.bin is not in the manifest"]


def test_a_missing_image_is_found_out(folder: Path) -> None:
    (folder / "nucleo_f767zi.bin").unlink()
    assert len(check_manifest(folder)) == 1
    with pytest.raises(FileError, match="no image for board 'other'"):
        find_image("other", folder)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "images": []}', '{"format": 1, "images": [{}]}', "{"])
def test_bad_manifests(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(FileError, match=r"manifest\.json"):
        load_manifest(tmp_path)


def test_a_wrong_type_in_the_manifest(folder: Path) -> None:
    content = json.loads((folder / "manifest.json").read_text())
    content["images"][0]["bytes"] = "many"
    (folder / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(FileError, match="bytes is 'many'"):
        load_manifest(folder)


def test_sources_hash_sees_every_change(tmp_path: Path) -> None:
    firmware = tmp_path / "device" / "firmware"
    (firmware / "build").mkdir(parents=True)
    (firmware / "a.c").write_text("int a;")
    first = images.sources_sha256(tmp_path)
    (firmware / "build" / "generated.c").write_text("int b;")
    assert images.sources_sha256(tmp_path) == first
    (firmware / "a.c").rename(firmware / "b.c")
    assert images.sources_sha256(tmp_path) != first


def test_command_line(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, network, out = folder / "nucleo_f767zi.bin", tmp_path / "network.data", tmp_path / "out.data"
    network.write_bytes(tiny_network(8).data)
    assert images.main(["compose", str(path), str(network), str(out)]) == 0
    assert split(out.read_bytes(), "out")[1] == tiny_network(8)
    assert images.main(["check", str(folder)]) == 0
    assert "right" in capsys.readouterr().out
    path.write_bytes(out.read_bytes())
    assert images.main(["check", str(folder)]) == 1
    assert images.main(["manifest", str(folder)]) == 0
    assert images.main(["check", str(folder)]) == 0
    assert images.main(["manifest", str(tmp_path / "nowhere")]) == 1
    assert "no image in" in capsys.readouterr().err


def test_the_prebuilt_images_are_what_their_manifest_says(firmware_bin: Path) -> None:
    if not (firmware_bin / "manifest.json").exists():
        pytest.skip("no prebuilt images: run make firmware")
    assert check_manifest(firmware_bin) == []


def test_describe_refuses_an_image_larger_than_the_flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nucleo_f767zi.bin"
    path.write_bytes(image(tiny_network()))
    monkeypatch.setitem(images.FLASH_BYTES, "nucleo_f767zi", NETWORK_OFFSET)
    with pytest.raises(FileError, match="the board's flash 65536"):
        describe(path)
