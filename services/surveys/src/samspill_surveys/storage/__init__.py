"""Where surveys are kept: PostgreSQL, one school per transaction."""
