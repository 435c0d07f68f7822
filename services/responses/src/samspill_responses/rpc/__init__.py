"""Contracts in, use cases out: translation alone."""
