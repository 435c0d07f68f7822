"""Facts of this service, written for others."""
