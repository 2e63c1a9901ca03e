"""Command line of the model pipeline."""

from __future__ import annotations

import argparse
import sys

from device.errors import DeviceError
from device.model.data.commands import COMMANDS as DATA
from device.model.demo.commands import COMMANDS as DEMO
from device.model.embedding.commands import COMMANDS as EMBEDDING
from device.model.evaluate.commands import COMMANDS as EVALUATE
from device.model.export.commands import COMMANDS as EXPORT
from device.model.quantise.commands import COMMANDS as QUANTISE
from device.model.train.commands import COMMANDS as TRAIN
from device.model.variants.commands import COMMANDS as VARIANTS

COMMANDS = (*TRAIN, *DATA, *QUANTISE, *EMBEDDING, *EXPORT, *EVALUATE, *DEMO, *VARIANTS)


def main() -> int:
    """Run one command; errors the user can mend are printed, not traced."""
    parser = argparse.ArgumentParser(prog="python -m device.model", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help)
        command.arguments(one)
        one.set_defaults(run=command.run)
    args = parser.parse_args()
    try:
        args.run(args)
    except DeviceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or 'writing'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was written is whole", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
