"""Samspill on a real cluster: installed by its chart, used, and disturbed (SPEC O1, R1)."""
