"""What the executed code costs: instructions counted, cycles estimated; CYCLES.md states the model."""
