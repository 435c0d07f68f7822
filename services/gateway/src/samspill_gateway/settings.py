"""Everything an operator can set for the gateway."""

from __future__ import annotations

from datetime import timedelta

from pydantic import HttpUrl

from samspill_kit.settings import HostPort, Names, ServiceSettings


class Settings(ServiceSettings, env_prefix="SAMSPILL_GATEWAY_"):
    """The gateway's knobs; it has no secrets but its own certificate."""

    http_listen: HostPort
    """Where browsers, or the ingress in front of them, connect."""

    trusted_proxies: Names = frozenset()
    """Addresses or networks, separated by commas, of the ingress in front; what they say of where
    a request comes from is believed. Without it a class and a guesser behind the same ingress
    share one brake on wrong codes; right codes pass in any case (SPEC I7)."""

    public_address: HttpUrl
    """Address that people type; the only origin whose forms are accepted."""

    identity_address: HostPort
    surveys_address: HostPort
    responses_address: HostPort
    reports_address: HostPort
    retention_address: HostPort

    call_timeout: timedelta = timedelta(seconds=4)
    """Budget for one page's calls; a page that waits longer says so instead."""

    report_timeout: timedelta = timedelta(seconds=20)
    """Budget for a report, whose exact parts may take longer the first time."""

    form_kept_for: timedelta = timedelta(seconds=60)
    """How long a survey's form, with its names, stays in memory (ARCHITECTURE, hot path)."""
