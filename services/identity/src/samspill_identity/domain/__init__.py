"""What identity is about, in plain Python."""
