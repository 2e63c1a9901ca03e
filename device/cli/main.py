"""``python -m device``: ports, info, infer, bench, selftest, flash and virtual.

Exit status: 0 done, 1 the board or the network failed, 2 wrong use; 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from device import connect
from device.cli import bench_tables, reports, tables
from device.cli.reports import Report
from device.diagnostics import bench, bench_record
from device.emulator.cost import meter
from device.errors import DeviceError, FileError, LinkError
from device.flash import images, programmer
from device.link import ports
from device.paths import DEVICE_COMMAND

Command = Callable[[argparse.Namespace], int]


class UsageError(DeviceError):
    """What was asked makes no sense."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given  # known before the rest of the line is understood
    try:
        options = _parser().parse_args(given)
        if options.board is not None and not options.board.strip():
            raise UsageError("--board is empty", "name a port or a URL, or leave it out")
        command: Command = options.command
        status = command(options)
        sys.stdout.flush()
        return status
    except SystemExit as stop:  # argparse has printed the help
        return int(stop.code or 0)
    except UsageError as error:
        return _complain(error, 2, as_json=as_json)
    except DeviceError as error:
        return _complain(error, 1, as_json=as_json)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `| head` has enough; Python would complain once more while it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _Parser(argparse.ArgumentParser):
    """Wrong use comes as an exception, so that JSON can say it too."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"{self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument(
        "--board", metavar="SPEC", help="a port, a URL such as socket://localhost:5000, or `virtual`; "
        "by default the first known board, else the virtual one"
    )  # fmt: skip
    common.add_argument("--json", action="store_true", help="print one JSON object")
    parser = _Parser(prog=DEVICE_COMMAND, description="Talk to the board, from the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, text: str, command: Command) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text, parents=[common])
        one.set_defaults(command=command)
        return one

    add("ports", "list the serial ports, and which of them are boards", _ports)
    add("info", "what the board says of itself, and its counters", _info)
    inferred = add("infer", "find the face in each photo, print fingerprints and cosines", _infer)
    inferred.add_argument("images", metavar="IMAGE", nargs="+", type=Path)
    timed = add("bench", "time the link and the network", _bench)
    timed.add_argument("-n", type=_count, default=bench.BENCH_RUNS, metavar="N", help="crops, 20 by default")
    timed.add_argument("--layers", action="store_true", help="print every layer too; JSON always has them")
    timed.add_argument("--image", type=Path, help="what the virtual board runs, by default the prebuilt image")
    timed.add_argument("--record", type=Path, metavar="FILE", help="append the result to this CSV file as one line")
    for one in (inferred, timed):
        one.add_argument("--flip", action="store_true", help="flip averaging: run on each crop's mirror image, too")
    add("selftest", "compute the golden vector that is in the image", _selftest)
    flasher = add("flash", "put an image on a board that is plugged in", _flash)
    flasher.add_argument("--board-type", default=images.DEFAULT_BOARD, choices=sorted(programmer.LABELS))
    flasher.add_argument("--image", type=Path, help="by default the prebuilt one for the board type")
    virtual = add("virtual", "run the virtual board until Ctrl-C and print its URL", _virtual)
    virtual.add_argument("--image", type=Path, help="by default the prebuilt nucleo_f767zi image")
    virtual.add_argument("--hook", choices=meter.KINDS[:-1], default="auto", help="how to count; default: the fastest")
    virtual.add_argument(
        "--no-cycles", action="store_true", help="go by this computer's clock instead of counted cycles"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of crops: at least 1")
    return int(text)


def _ports(options: argparse.Namespace) -> int:
    found = ports.all_ports()
    report = {"ports": [asdict(port) for port in found], "chosen": connect.choose(options.board)}
    return _show(options, report, tables.ports)


def _info(options: argparse.Namespace) -> int:
    with connect.open_board(options.board) as opened:
        return _show(options, reports.info(opened.board), tables.info)


def _infer(options: argparse.Namespace) -> int:
    try:
        for path in options.images:
            reports.read_photo(path)
    except FileError as error:
        raise UsageError(error.message, error.hint) from error
    with connect.open_board(options.board) as opened:
        report, remarks = reports.infer(opened.board, options.images, flip=options.flip)
    for remark in remarks:
        print(remark, file=sys.stderr)
    return _show(options, report, tables.infer)


def _bench(options: argparse.Namespace) -> int:
    is_virtual = connect.choose(options.board) == ports.VIRTUAL
    if options.image is not None and not is_virtual:
        raise UsageError("--image is for the virtual board", "add --board virtual, or flash the image first")
    if options.image is not None and not options.image.is_file():
        raise UsageError(f"there is no file {options.image}")
    if options.record is not None and options.flip:
        raise UsageError("the results file holds times of one pass", "leave out --flip or --record")
    if options.record is not None:
        try:
            bench_record.check_record(options.record)
        except FileError as error:
            raise UsageError(error.message, error.hint) from error
    with connect.open_board(options.board, image=options.image) as opened:
        result = bench.bench(opened.board, options.n, flip=options.flip)
    if options.record is not None:
        from device.emulator.launcher import default_image

        bench_record.record(result, options.record, (options.image or default_image()) if is_virtual else None)
    return _show(options, reports.bench(result), lambda shown: bench_tables.bench(shown, layers=options.layers))


def _selftest(options: argparse.Namespace) -> int:
    with connect.open_board(options.board) as opened:
        report = reports.selftest(opened.board)
    _show(options, report, tables.selftest)
    return 0 if report["passed"] else 1


def _flash(options: argparse.Namespace) -> int:
    if options.board is not None:
        raise UsageError("flash takes no --board: name the kind with --board-type")
    if options.image is not None and not options.image.is_file():
        raise UsageError(f"there is no file {options.image}")
    image = options.image or images.find_image(options.board_type)
    try:
        programmer.check_image(options.board_type, image)
    except FileError as error:
        raise UsageError(error.message, error.hint) from error
    method = programmer.pick(programmer.find_methods(options.board_type, image), options.board_type)
    programmer.flash(options.board_type, image, method)
    return _show(options, {"board": options.board_type, "image": str(image), "method": method.name}, tables.flashed)


def _virtual(options: argparse.Namespace) -> int:
    if options.board not in (None, ports.VIRTUAL):
        raise UsageError("virtual starts a board of its own: --board makes no sense here")
    from device.emulator import VirtualBoard

    board = VirtualBoard(options.image, cycles=not options.no_cycles, hook=options.hook)
    try:
        board.start()
    except FileError as error:
        raise UsageError(error.message, error.hint) from error
    with board:
        if board.errors:
            print(board.errors, file=sys.stderr)
        _show(options, {"url": board.url}, lambda report: f"{report['url']}\nuse it with --board; Ctrl-C ends it")
        sys.stdout.flush()
        raise LinkError(board.exit_reason() or "the virtual board was stopped", "start it again")


def _show(options: argparse.Namespace, report: Report, table: Callable[[Any], str]) -> int:
    print(json.dumps(report) if options.json else table(report))
    return 0


def _complain(error: DeviceError, status: int, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": error.message, "hint": error.hint}))
    print(f"error: {error.message}" + (f"\ntry: {error.hint}" if error.hint else ""), file=sys.stderr)
    return status
