"""Facts in and facts out."""
