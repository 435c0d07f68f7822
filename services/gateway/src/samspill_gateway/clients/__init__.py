"""The five services as the pages see them; the only place of the gateway that knows contracts."""

from __future__ import annotations

from dataclasses import dataclass

from .doors import Doors
from .identity import Identity
from .municipality import Municipality
from .reports import Reports
from .responses import Responses
from .retention import Retention
from .surveys import Surveys


@dataclass(frozen=True, slots=True)
class Backends:
    """What a page may call."""

    identity: Identity
    doors: Doors
    municipality: Municipality
    surveys: Surveys
    responses: Responses
    reports: Reports
    retention: Retention
