"""What the variants of MobileNetV2 cost and bring, and which to choose."""
