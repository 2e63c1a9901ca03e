"""The decision, the door and the display beside the door."""
