"""Pages and JSON for browsers; no database, no keys, nothing on disk."""
