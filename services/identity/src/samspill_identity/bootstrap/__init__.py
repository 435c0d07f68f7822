"""Puts the identity service together; the only place that knows every part."""

from samspill_identity.bootstrap.parts import MIGRATIONS
from samspill_identity.bootstrap.service import migrate, serve

__all__ = ["MIGRATIONS", "migrate", "serve"]
