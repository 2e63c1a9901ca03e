"""Trains, quantises, evaluates and exports the network: ``python -m device.model``."""
