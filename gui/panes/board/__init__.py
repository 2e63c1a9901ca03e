"""The board: state, checks, port and flashing."""
