"""Train, quantise, evaluate and export the network: ``python -m device.model``."""
