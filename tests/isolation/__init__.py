"""Proof that nobody reaches what is not theirs: attempts on the running system, and mutants."""
