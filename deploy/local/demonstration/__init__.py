"""The demonstration municipality: who is in it, how its pupils answer, how it is loaded."""
