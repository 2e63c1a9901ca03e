"""What the network is fed and what comes back: Detector, align, Fingerprints."""
