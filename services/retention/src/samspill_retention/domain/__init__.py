"""What a survey's life and death are, in plain Python."""
