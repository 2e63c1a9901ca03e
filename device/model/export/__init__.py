"""From a .tflite to network.bin, with a proven execution plan."""
