"""The people enrolled, and the dialogs that enrol, import and merge them."""
