"""What identity can do, one verb phrase per file."""
