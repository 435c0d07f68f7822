"""`python -m samspill_kit.events`: makes every stream, or gives it its number of copies.

Services make the stream that they lack themselves; this brings all of them to what an operator
wants, with a user that may do so, before anything serves.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Final

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from samspill_kit import logging
from samspill_kit.events.bus import EventBus
from samspill_kit.events.streams import STREAMS
from samspill_kit.settings import EventSettings, read_secret

PATIENCE: Final = timedelta(seconds=60)


class Settings(EventSettings):
    """What the job is told: where NATS is, and how many copies."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_STREAMS_")


async def declare_all(settings: Settings) -> None:
    """Declare every stream. Raises TimeoutError when NATS does not let us in a minute."""
    bus = EventBus(
        "streams", read_secret(settings.nats_url_file), replicas=settings.stream_replicas
    )
    await bus.start()
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            for stream in STREAMS.values():
                await bus.declare(stream, change=True)
    finally:
        await bus.stop()


def main() -> int:
    """Return the exit status, after one sentence about what is wrong."""
    try:
        settings = Settings()  # type: ignore[call-arg]  # The environment supplies them.
        logging.configure("streams", level="info")
        asyncio.run(declare_all(settings))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            place = "_".join(map(str, each["loc"])).upper()
            sys.stderr.write(f"SAMSPILL_STREAMS_{place}: {each['msg']}\n")
        return 2
    except TimeoutError:
        sys.stderr.write("SAMSPILL_STREAMS_NATS_URL_FILE: NATS did not let this user in\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
