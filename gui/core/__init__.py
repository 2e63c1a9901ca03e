"""Records and small pure helpers that every other package of the window may use; no Qt, no threads."""
