"""Keycloak: sign-in of staff and the directory of who works where; nothing else may talk to it."""
