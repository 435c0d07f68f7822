"""Identity: who may do what. Staff, grants, rosters, sessions, access codes, the audit chain."""
