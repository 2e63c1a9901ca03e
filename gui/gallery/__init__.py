"""People, stored fingerprints and events in one SQLite file: Store, Gallery, EventLog, Corrections, GalleryError."""
