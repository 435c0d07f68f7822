"""Servicers: they parse, call one use case, render."""
