"""Measurements on a running system of their own; nothing here fails because a machine is slow."""
