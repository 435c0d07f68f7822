"""Tries the user that a service is told, before anything serves."""

from pathlib import Path
from typing import Final

import nats
from nats.errors import Error

from samspill_kit.logging import get_logger
from samspill_kit.settings import SettingRefused, read_secret

log = get_logger(__name__)

_PATIENCE: Final = 5


async def demand_entry(nats_url_file: Path | None) -> None:
    """Ask NATS to let the user of this file in; one that does not answer is left alone (SPEC R3).

    Raises:
        SettingRefused: NATS refuses the user or the password.
    """
    if nats_url_file is None:
        return
    servers = read_secret(nats_url_file).split(",")
    try:
        client = await nats.connect(
            servers, connect_timeout=_PATIENCE, allow_reconnect=False, error_cb=_nothing_to_tell
        )
    except (Error, OSError, TimeoutError, ValueError) as error:
        # The server says so in words alone.
        if "authorization" in str(error).lower():
            why = "NATS refuses this user or its password"
            raise SettingRefused("nats_url_file", why) from None
        log.warning("NATS does not answer; facts wait until it does", error=type(error).__name__)
    else:
        await client.close()


async def _nothing_to_tell(_error: Exception) -> None:
    """Errors are raised as well; their texts hold the address."""
