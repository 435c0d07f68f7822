"""Where identity keeps things: PostgreSQL, one school per transaction."""
