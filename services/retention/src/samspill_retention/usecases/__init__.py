"""What retention can do, one verb phrase a file."""
