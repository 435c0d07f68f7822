"""Facts in and out of retention."""
