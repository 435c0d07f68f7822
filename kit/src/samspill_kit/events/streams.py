"""Every stream and every consumer there is; the launchers render the servers' rights from here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

REMEMBERED_FOR: Final = timedelta(days=14)
"""Streams forget after this (ARCHITECTURE.md section 3)."""


@dataclass(frozen=True, slots=True)
class StreamDeclaration:
    """The facts of one producing service."""

    service: str

    @property
    def name(self) -> str:
        """The stream's name, the service in capitals."""
        return self.service.upper()

    @property
    def subjects(self) -> str:
        """What the stream holds."""
        return f"samspill.{self.service}.>"


@dataclass(frozen=True, slots=True)
class ConsumerDeclaration:
    """A durable reader of one stream."""

    service: str
    what_for: str
    stream: StreamDeclaration
    subjects: tuple[str, ...]

    @property
    def name(self) -> str:
        """`<consumer>-<what for>`"""
        return f"{self.service}-{self.what_for}"


STREAMS: Final = {
    service: StreamDeclaration(service)
    for service in ("identity", "surveys", "responses", "reports", "retention")
}

CONSUMERS: Final = {
    consumer.name: consumer
    for consumer in (
        ConsumerDeclaration(
            "surveys",
            "sealing",
            STREAMS["responses"],
            ("samspill.responses.survey.sealed.v1",),
        ),
        ConsumerDeclaration(
            "identity",
            "closing",
            STREAMS["surveys"],
            ("samspill.surveys.survey.closed.v1",),
        ),
        ConsumerDeclaration(
            "retention",
            "closing",
            STREAMS["surveys"],
            ("samspill.surveys.survey.closed.v1",),
        ),
    )
}
