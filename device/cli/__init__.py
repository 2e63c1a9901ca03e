"""The command line: python -m device."""
