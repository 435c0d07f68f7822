"""Retention's rows: lifetimes and deletions; never a key, never a name."""
