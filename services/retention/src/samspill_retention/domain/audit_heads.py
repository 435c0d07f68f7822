"""Copies of the heads of identity's audit chains: a second keeper, whom nobody asks to forget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from samspill_kit.principal import AuditHead


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head with identity's signature, and since when it is kept."""

    head: AuditHead
    signature: str
    kept_at: datetime

    def contradicts(self, newer: AuditHead) -> bool:
        """Whether the chain that ends so cannot be the one of which this was the end."""
        if newer.sequence == self.head.sequence:
            return newer.digest != self.head.digest
        return newer.sequence < self.head.sequence
