"""The network as a file for the board: format, reader, writer and reference arithmetic; NumPy alone."""
