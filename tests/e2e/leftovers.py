"""What of a survey could still be opened: its ciphertexts, tried with every key that is left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg

from deploy.local.installation import LocalInstallation
from samspill_kit.crypto import Envelope, Unopenable, associated, derive, unpad
from samspill_retention.keystore.files import FolderPlace
from samspill_retention.keystore.root_key import RootKeyWrapping

PURPOSES: Final = ("participants", "notes", "answers", "follow_ups")
SERVICES: Final = ("identity", "surveys", "responses", "reports", "retention")


@dataclass(frozen=True, slots=True)
class Sealed:
    """One ciphertext as a thief of the database would have it, with its place."""

    ciphertext: bytes
    place: bytes


async def take_copies(installation: LocalInstallation, survey_id: str) -> list[Sealed]:
    """Copy every name and answer of a survey out of the databases, as an old backup would hold them."""
    cards = await rows_of(
        installation,
        "surveys",
        "select school_id, survey_id, participant_id, card from survey_participants where survey_id = $1",
        survey_id,
    )
    answers = await rows_of(
        installation,
        "responses",
        "select school_id, survey_id, participant_id, question_id, ciphertext from answers where survey_id = $1",
        survey_id,
    )
    copies = [
        Sealed(card, associated("surveys", "survey_participants", *key, column="card", version=1))
        for *key, card in cards
    ]
    copies += [
        Sealed(text, associated("responses", "answers", *key, column="ciphertext", version=1))
        for *key, text in answers
    ]
    return copies


def opened_by_what_is_left(store: Path, root_key: bytes, copies: Sequence[Sealed]) -> int:
    """Return how many of the copies any key of the key store's folder opens."""
    envelopes = [Envelope(key) for key in _every_key(store, root_key)]
    return sum(any(_opens(envelope, copy) for envelope in envelopes) for copy in copies)


async def rows_left(installation: LocalInstallation, survey_id: str) -> dict[str, int]:
    """Count the survey's rows in every table that has one, but for what must stay.

    Tombstones and locks keep it from coming back, the deletion is its receipt, the audit chain tells who read
    what by ids alone (SPEC I8), and retention's outbox holds the fact that it is gone.
    """
    kept = {"survey_tombstones", "tombstones", "survey_locks", "deletions", "audit_entries"}
    left: dict[str, int] = {}
    for service in SERVICES:
        tables = await rows_of(
            installation,
            service,
            "select table_name from information_schema.columns "
            "where column_name = 'survey_id' and table_schema = 'public' and $1::text is not null",
            survey_id,
        )
        for (table,) in tables:
            query = f'select count(*) from "{table}" where survey_id = $1::uuid'
            ((count,),) = await rows_of(installation, service, query, survey_id)
            is_last_fact = (service, table) == ("retention", "outbox")
            if count and table not in kept and not is_last_fact:
                left[f"{service}.{table}"] = count
    return left


def _every_key(folder: Path, root: bytes) -> Iterator[bytes]:
    wrapping, place = RootKeyWrapping(root), FolderPlace(folder)
    whole = [root]
    for path in folder.rglob("*.key"):
        name = path.relative_to(folder).with_suffix("").as_posix()
        whole.append(wrapping.unwrap(place.find(name) or b"", name))
    for key in whole:
        yield key
        yield from (derive(key, purpose) for purpose in PURPOSES)


def _opens(envelope: Envelope, copy: Sealed) -> bool:
    try:
        unpad(envelope.open(copy.ciphertext, copy.place))
    except Unopenable:
        return False
    return True


async def rows_of(
    installation: LocalInstallation, service: str, query: str, survey_id: str
) -> list[Any]:
    postgres = installation.parts.postgres
    connection = await asyncpg.connect(  # type: ignore[no-untyped-call]  # Its package has no types.
        host="127.0.0.1",
        port=postgres.port,
        user="postgres",
        password=await asyncio.to_thread(postgres.credentials.secret, "postgres"),
        database=service,
    )
    try:
        return [tuple(row.values()) for row in await connection.fetch(query, survey_id)]
    finally:
        await connection.close()
