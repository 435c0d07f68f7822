"""Where keys live: never a database (SPEC P1)."""
