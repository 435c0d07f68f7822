"""What the services measure: as documented, and as a real Prometheus sees it (issue 6, SPEC P2)."""
