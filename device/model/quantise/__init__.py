"""From a float network to int8: calibration, PTQ and QAT."""
