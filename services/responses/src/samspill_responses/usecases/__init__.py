"""What responses can do: one verb phrase per file."""
