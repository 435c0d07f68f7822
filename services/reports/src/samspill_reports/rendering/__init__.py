"""Drawings and documents: the sociogram as SVG, the report as PDF."""
