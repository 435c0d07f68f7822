"""Retention's ports over other services' contracts."""
