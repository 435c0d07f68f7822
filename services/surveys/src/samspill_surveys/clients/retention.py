"""Retention's lifetimes, and seals made from the survey's `participants` sub-key."""

import json
from datetime import date
from typing import Final

from samspill.retention.v1 import keys_pb2, keys_pb2_grpc, lifetimes_pb2, lifetimes_pb2_grpc
from samspill_kit.crypto import Envelope, IssuedKey, KeyRing, associated, pad, unpad
from samspill_kit.ids import GroupId, ParticipantId, SchoolId, StaffId, SurveyId
from samspill_surveys.domain.participants import Card, Gender

PURPOSE: Final = "participants"
CARD_VERSION: Final = 1
SMALLEST_CARD: Final = 256
"""Bytes: a name, a gender and two groups fit, so that a ciphertext's length tells no name's."""


class RetentionLifetimes:
    """When a survey dies, told to retention."""

    def __init__(self, stub: "lifetimes_pb2_grpc.LifetimeInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def register(
        self, school_id: SchoolId, survey_id: SurveyId, *, created_by: StaffId, delete_on: date
    ) -> None:
        await self._stub.RegisterSurvey(
            lifetimes_pb2.RegisterSurveyRequest(
                school_id=str(school_id),
                survey_id=str(survey_id),
                created_by=str(created_by),
                delete_on=delete_on.isoformat(),
            )
        )

    async def change_delete_on(
        self, school_id: SchoolId, survey_id: SurveyId, delete_on: date
    ) -> None:
        await self._stub.ChangeDeleteOn(
            lifetimes_pb2.ChangeDeleteOnRequest(
                school_id=str(school_id),
                survey_id=str(survey_id),
                delete_on=delete_on.isoformat(),
            )
        )


class RetentionKeys:
    """The sub-key that this service alone is given."""

    def __init__(self, stub: "keys_pb2_grpc.KeyIssueInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def issue(self, school_id: SchoolId, survey_id: SurveyId) -> IssuedKey:
        """The survey's `participants` sub-key with its lease."""
        answer = await self._stub.IssueSurveyKey(
            keys_pb2.IssueSurveyKeyRequest(
                school_id=str(school_id), survey_id=str(survey_id), purpose=PURPOSE
            )
        )
        return IssuedKey(answer.key, answer.lease_for.ToTimedelta())


class LeasedNameSeals:
    """Seals from keys on loan."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> "EnvelopeSeal":
        envelope = await self._ring.key(school_id, survey_id)
        return EnvelopeSeal(envelope, school_id, survey_id)

    def forget(self, survey_id: SurveyId) -> None:
        self._ring.forget(survey_id)


class EnvelopeSeal:
    """A card as AES-256-GCM, tied to its row in `survey_participants`."""

    def __init__(self, envelope: Envelope, school_id: SchoolId, survey_id: SurveyId) -> None:
        self._envelope = envelope
        self._school_id = school_id
        self._survey_id = survey_id

    def seal(self, participant_id: ParticipantId, card: Card) -> bytes:
        written = json.dumps(
            {
                "name": card.name,
                "gender": card.gender.value if card.gender else None,
                "groups": [str(group_id) for group_id in card.group_ids],
            },
            ensure_ascii=False,
        )
        padded = pad(written.encode(), to=SMALLEST_CARD)
        return self._envelope.seal(padded, self._place_of(participant_id))

    def open(self, participant_id: ParticipantId, sealed: bytes) -> Card:
        """The card again. Raises Unopenable in any other row."""
        card = json.loads(unpad(self._envelope.open(sealed, self._place_of(participant_id))))
        return Card(
            name=card["name"],
            gender=Gender(card["gender"]) if card["gender"] else None,
            group_ids=tuple(GroupId.parse(group_id) for group_id in card["groups"]),
        )

    def _place_of(self, participant_id: ParticipantId) -> bytes:
        return associated(
            "surveys",
            "survey_participants",
            self._school_id,
            self._survey_id,
            participant_id,
            column="card",
            version=CARD_VERSION,
        )
