"""Ports of the domain, implemented over the contracts of other services."""
