"""Keys that retention gives to identity alone, held for their lease (ARCHITECTURE.md section 4)."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from samspill.retention.v1 import keys_pb2 as pb
from samspill.retention.v1 import keys_pb2_grpc as pb_grpc
from samspill_identity.domain.errors import KeysUnavailable
from samspill_identity.domain.roster import Card, Gender, ImportId, ListedPupil
from samspill_kit.crypto import Envelope, IssuedKey, LeasedKeys, associated, derive, pad, unpad
from samspill_kit.errors import Unavailable
from samspill_kit.ids import PupilId, SchoolId, StaffId, SurveyId

ENCODING_VERSION: Final = 1
SMALLEST_CARD: Final = 128
SMALLEST_LIST: Final = 4096

_INSTALLATION: Final = UUID(int=0)
"""The pepper belongs to no school and no survey; leases are kept by id, so it gets this one."""


class RetentionKeys:
    """Asks retention."""

    def __init__(self, stub: "pb_grpc.KeyIssueInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def school_key(self, school_id: SchoolId, _same: SurveyId) -> IssuedKey:
        """The school's roster key."""
        answer = await self._stub.IssueSchoolKey(pb.IssueSchoolKeyRequest(school_id=str(school_id)))
        return IssuedKey(answer.key, answer.lease_for.ToTimedelta())

    async def pepper(self, _nobody: SchoolId, _nothing: SurveyId) -> IssuedKey:
        """The installation's pepper."""
        answer = await self._stub.IssuePepper(pb.IssuePepperRequest())
        return IssuedKey(answer.pepper, answer.lease_for.ToTimedelta())


Ask = Callable[[SchoolId, SurveyId], Awaitable[IssuedKey]]


class LeasedRosterSeals:
    """One school key per school at work."""

    def __init__(self, ask: Ask) -> None:
        self._keys = LeasedKeys(ask, Envelope)

    async def of(self, school_id: SchoolId) -> "EnvelopeRosterSeal":
        try:
            # Leases are kept by survey; a school's own key is kept under the school's own id.
            envelope = await self._keys.key(school_id, SurveyId(school_id.value))
        except Unavailable as error:
            raise KeysUnavailable from error
        return EnvelopeRosterSeal(envelope, school_id)


class EnvelopeRosterSeal:
    """Cards and prepared imports as AES-256-GCM, each tied to its row."""

    def __init__(self, envelope: Envelope, school_id: SchoolId) -> None:
        self._envelope = envelope
        self._school_id = school_id

    def seal_reason(self, survey_id: SurveyId, staff_id: StaffId, reason: str) -> bytes:
        place = associated(
            "identity",
            "survey_shares",
            self._school_id,
            survey_id,
            staff_id,
            column="reason",
            version=ENCODING_VERSION,
        )
        return self._envelope.seal(pad(reason.encode(), to=SMALLEST_CARD), place)

    def seal_card(self, pupil_id: PupilId, card: Card) -> bytes:
        written = json.dumps(_card_to_json(card), ensure_ascii=False).encode()
        return self._envelope.seal(pad(written, to=SMALLEST_CARD), self._place("pupils", pupil_id))

    def open_card(self, pupil_id: PupilId, sealed: bytes) -> Card:
        """The card again. Raises Unopenable in any other row."""
        return _card_of(
            json.loads(unpad(self._envelope.open(sealed, self._place("pupils", pupil_id))))
        )

    def seal_list(self, import_id: ImportId, pupils: Sequence[ListedPupil]) -> bytes:
        written = json.dumps(
            [_card_to_json(one.card) | {"row": one.row, "group": one.group_name} for one in pupils],
            ensure_ascii=False,
        )
        place = self._place("prepared_imports", import_id)
        return self._envelope.seal(pad(written.encode(), to=SMALLEST_LIST), place)

    def open_list(self, import_id: ImportId, sealed: bytes) -> tuple[ListedPupil, ...]:
        """The list again. Raises Unopenable in any other row."""
        written = unpad(self._envelope.open(sealed, self._place("prepared_imports", import_id)))
        return tuple(
            ListedPupil(one["row"], _card_of(one), one["group"]) for one in json.loads(written)
        )

    def _place(self, table: str, row: PupilId | ImportId) -> bytes:
        column = "card" if table == "pupils" else "sealed"
        return associated(
            "identity", table, self._school_id, row, column=column, version=ENCODING_VERSION
        )


class Pepper:
    """The installation's secret: codes' hashes, and seals of what belongs to no school."""

    def __init__(self, ask: Ask) -> None:
        self._keys = LeasedKeys(ask, _SubKeys)

    async def of(self, code: str) -> bytes:
        """HMAC-SHA-256 of a normalised code (SPEC I7)."""
        sub_keys = await self._sub_keys()
        return hmac.digest(sub_keys.codes, code.encode(), hashlib.sha256)

    async def seal(self, plaintext: bytes, table: str, row: bytes) -> bytes:
        """Ciphertext that opens in this row alone."""
        return (await self._sub_keys()).rows.seal(pad(plaintext), _place_of(table, row))

    async def open(self, sealed: bytes, table: str, row: bytes) -> bytes:
        """The plaintext again. Raises Unopenable in any other row."""
        return unpad((await self._sub_keys()).rows.open(sealed, _place_of(table, row)))

    async def _sub_keys(self) -> "_SubKeys":
        try:
            return await self._keys.key(SchoolId(_INSTALLATION), SurveyId(_INSTALLATION))
        except Unavailable as error:
            raise KeysUnavailable from error


class _SubKeys:
    """What is derived from the pepper, one key per purpose."""

    __slots__ = ("codes", "rows")

    def __init__(self, pepper: bytes) -> None:
        self.codes = derive(pepper, "access-codes")
        self.rows = Envelope(derive(pepper, "identity-rows"))


def _place_of(table: str, row: bytes) -> bytes:
    return associated("identity", table, row.hex(), column="sealed", version=ENCODING_VERSION)


def _card_to_json(card: Card) -> dict[str, object]:
    return {"name": card.name, "gender": card.gender.value if card.gender else None}


def _card_of(written: dict[str, str | None]) -> Card:
    gender = written["gender"]
    return Card(str(written["name"]), Gender(gender) if gender else None)
