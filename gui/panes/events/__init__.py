"""The log of events and why each was decided so."""
