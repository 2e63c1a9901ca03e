"""Firmware images, their manifest, and how a board gets one."""
