"""People, stored fingerprints and events in one SQLite file: Store, Gallery, GalleryWriter, EventLog, Corrections."""
