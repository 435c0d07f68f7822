"""`python -m samspill_kit.events`: makes every stream, or gives it its number of copies.

Services make the stream that they lack themselves; this brings all of them to what an operator
wants, with a user that may do so, before anything serves.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Final

from nats.js.errors import APIError
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from samspill_kit import logging
from samspill_kit.events.bus import EventBus
from samspill_kit.events.entry import demand_entry
from samspill_kit.events.streams import STREAMS
from samspill_kit.settings import EventSettings, SettingRefused, read_secret

PATIENCE: Final = timedelta(seconds=60)


class Settings(EventSettings):
    """What the job is told: where NATS is, and how many copies."""

    model_config = SettingsConfigDict(env_prefix="SAMSPILL_STREAMS_")


async def declare_all(settings: Settings) -> None:
    """Declare every stream.

    Raises:
        SettingRefused: NATS refuses the user.
        TimeoutError: NATS does not answer within a minute.
    """
    await demand_entry(settings.nats_url_file)
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
    except SettingRefused as refused:
        sys.stderr.write(f"SAMSPILL_STREAMS_{refused.setting.upper()}: {refused}\n")
        return 2
    except TimeoutError:
        sys.stderr.write("SAMSPILL_STREAMS_NATS_URL_FILE: NATS does not answer at this address\n")
        return 1
    except APIError as error:
        # Its words speak of streams and nodes alone.
        sys.stderr.write(f"SAMSPILL_STREAMS_STREAM_REPLICAS: NATS answers: {error.description}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
