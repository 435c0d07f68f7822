"""Ports implemented over other services' contracts."""
