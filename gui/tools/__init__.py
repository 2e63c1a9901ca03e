"""Commands for developers: screenshots, translation files, demo visitors."""
