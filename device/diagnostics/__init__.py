"""Measurements on a board: bench, the CMSIS-NN baseline, parity."""
