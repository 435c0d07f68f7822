"""A closed survey's answers and what may be said about them, in plain Python."""
