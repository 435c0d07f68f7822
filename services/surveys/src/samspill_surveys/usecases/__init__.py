"""What the surveys service can do, one verb phrase per file."""
