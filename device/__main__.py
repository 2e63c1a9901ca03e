"""``python -m device``: see ``device/cli/main.py``."""

import sys

from device.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
