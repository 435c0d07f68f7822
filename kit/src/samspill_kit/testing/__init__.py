"""Real parts for tests: PostgreSQL, NATS, certificates, passports; never for production."""
