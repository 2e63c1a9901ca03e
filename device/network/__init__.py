"""network.bin: format, file and reference arithmetic; NumPy alone."""
