"""Reports as text for a person."""

from __future__ import annotations

from pathlib import PurePath

from device.cli.reports import Report
from device.link.replies import WHERE_WORDS
from device.paths import DEVICE_COMMAND
from device.text_table import table

_COUNTERS = {"timeouts": "incomplete frames", "repeated_frames": "duplicates"}  # those whose name on the wire says less


def ports(report: Report) -> str:
    """Ports and what they are, and what would be opened."""
    rows = [["port", "USB id", "board", "description"]]
    rows += [
        [p["device"], p["usb_id"] or "-", p["board"] or "not a known board", p["description"]] for p in report["ports"]
    ]
    found = table(rows) if report["ports"] else "no serial port"
    chosen = report["chosen"]
    return f"{found}\n\nwould open: {'the virtual board' if chosen == 'virtual' else chosen}"


def info(report: Report) -> str:
    """HELLO and STATS, a line each."""
    shape = "x".join(str(size) for size in report["input_shape"])
    fault = (
        f"CFSR {report['fault_status']:#010x} at {report['fault_address']:#010x}" if report["fault_status"] else "none"
    )
    rows: list[list[object]] = [
        ["board", report["board"]],
        ["runs on", WHERE_WORDS[report["where"]]],
        ["firmware", f"{report['firmware']}, protocol {report['protocol_version']}"],
        ["unique id", report["unique_id"]],
        ["clock", f"{report['clock_hz'] / 1e6:g} MHz"],
        ["baud", f"{report['baud']} of at most {report['max_baud']}" if report["max_baud"] else "no rate on this link"],
        ["network", report["network"]],
        ["crop", f"{shape} RGB"],
        [
            "fingerprint",
            f"{report['fingerprint_length']} numbers, {report['scale']:g} * (q {-report['zero_point']:+d})",
        ],
        ["layers", report["layer_count"]],
        ["flash", f"{report['flash_bytes']} bytes, {report['network_bytes']} of them the network"],
        ["arena", f"{report['arena_bytes']} bytes"],
        ["can", ", ".join(report["capabilities"])],
        ["last fault", fault],
    ]
    counters = [[_COUNTERS.get(name, name.replace("_", " ")), value] for name, value in report["stats"].items()]
    return f"{table(rows)}\n\nsince its start\n{table(counters, right=[1])}"


def infer(report: Report) -> str:
    """Each photo with its timings and the start of its fingerprint, then the cosines."""
    rows: list[list[object]] = [["photo", "faces", "detect", "link", "receive", "network", "total ms", "fingerprint"]]
    names = ("detect_ms", "link_ms", "receive_ms", "network_ms", "total_ms")
    for image in report["images"]:
        numbers = image["fingerprint"] or []
        first = numbers[0] if numbers and isinstance(numbers[0], list) else numbers  # the crop's and its mirror image's
        start = " ".join(str(value) for value in first[:6])
        times = [image["timings"].get(name) for name in names]
        rows.append([PurePath(image["path"]).name, image["faces"], *times, f"{start} …" if start else "no face"])
    named = [PurePath(image["path"]).name for image in report["images"] if image["fingerprint"] is not None]
    cosine: list[list[object]] = [["cosine", *named]]
    cosine += [[name, *(f"{value:.3f}" for value in row)] for name, row in zip(named, report["cosine"], strict=True)]
    text = f"{head(report)}\n\n{table(rows, right=range(1, 7))}"
    return f"{text}\n\n{table(cosine, right=range(1, len(named) + 1))}" if len(named) > 1 else text


def selftest(report: Report) -> str:
    """Passed or not, in a sentence."""
    if report["passed"]:
        return f"{head(report)}\npassed: all {report['length']} numbers equal the golden vector"
    return f"{head(report)}\nFAILED: {report['mismatches']} of {report['length']} numbers differ from the golden vector"


def flashed(report: Report) -> str:
    """What was done, and what to do next."""
    return f"{report['image']} is on the {report['board']}, by {report['method']}\ntry it: {DEVICE_COMMAND} info"


def head(report: Report) -> str:
    """Board, firmware, network, and who measured."""
    network = report["network"][:12]
    return f"{report['board']}, firmware {report['firmware']}, network {network} ({WHERE_WORDS[report['where']]})"
