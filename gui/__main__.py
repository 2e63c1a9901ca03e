"""``face-door``, ``python main.py`` or ``python -m gui``: the command line of the window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def program(path: str) -> str:
    """What a person types to start this, told from the file that runs."""
    name = Path(path).name
    return {"main.py": "python main.py", "__main__.py": "python -m gui"}.get(name, "face-door")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog=program(sys.argv[0]), description="Recognise faces on a Cortex-M7 and open a door."
    )
    result.add_argument(
        "--board", metavar="URL|virtual|PORT", help="the board's port (default: the first known board, else virtual)"
    )
    result.add_argument(
        "--camera",
        metavar="INDEX|FILE|FOLDER|URL|demo",
        help="where pictures come from (default: the first webcam, else the demo clip)",
    )
    result.add_argument(
        "--data", type=Path, metavar="DIR", help="where people and events are kept (default: the user's data folder)"
    )
    result.add_argument("--quit-after", type=float, metavar="SECONDS", help="close by itself, for trials")
    result.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="with --quit-after: save the window's picture before closing"
    )
    result.add_argument(
        "--report", type=Path, metavar="FILE", help="with --quit-after: save what the run cost (JSON) before closing"
    )
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, check that a window can be opened, run. 0 closed, 1 could not be opened, 2 wrong use."""
    parse = parser()
    given = parse.parse_args(arguments)
    if given.screenshot is not None and given.quit_after is None:
        parse.error("--screenshot needs --quit-after SECONDS")
    if given.report is not None and given.quit_after is None:
        parse.error("--report needs --quit-after SECONDS")
    from gui import preflight

    if message := preflight.problem(os.environ, program=program(sys.argv[0])):
        print(message, file=sys.stderr)
        return 1
    try:
        import platformdirs

        from gui import app
        from gui.core import opencv
        from gui.core.states import PipelineOptions
    except ImportError as error:
        print(preflight.advice(str(error)), file=sys.stderr)
        return 1
    opencv.restore_environment()
    data = given.data or platformdirs.user_data_path(app.NAME)
    return app.run(
        app.Options(
            pipeline=PipelineOptions(data=data, board=given.board, camera=given.camera),
            quit_after_s=given.quit_after,
            screenshot=given.screenshot,
            report=given.report,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
