"""What reports can do, one verb phrase a file."""
