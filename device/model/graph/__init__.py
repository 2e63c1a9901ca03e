"""Networks as graphs: .tflite files, float networks, the variants of MobileNetV2."""
