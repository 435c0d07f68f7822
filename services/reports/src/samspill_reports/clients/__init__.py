"""Reports' ports over other services' contracts; the reader's passport is forwarded."""
