"""What the use cases need from the outside, said in identity's own words."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from samspill_identity.domain.audit import AuditEntry, AuditFilter, ChainHead, Deed
from samspill_identity.domain.ceilings import Ceilings
from samspill_identity.domain.codes import CodeId, ParticipantCode
from samspill_identity.domain.grants import DatedGrant, StaffGrants
from samspill_identity.domain.roster import (
    Group,
    ImportId,
    PreparedImport,
    SealedPupil,
)
from samspill_identity.domain.schools import Colleague, Municipality, School
from samspill_identity.domain.sessions import (
    PupilSession,
    SignIn,
    SignInAttempt,
    StaffSession,
)
from samspill_identity.domain.surveys import RecordedSurvey, Share
from samspill_kit.ids import (
    EventId,
    GroupId,
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import (
    AuditHead,
    MunicipalityPrincipal,
    Permit,
    PupilPrincipal,
    StaffPrincipal,
)


class Surveys(Protocol):
    """What is known of one school's surveys, inside one transaction."""

    async def get(self, survey_id: SurveyId, *, for_update: bool = False) -> RecordedSurvey:
        """The survey, a locked one included (`is_locked`). Raises SurveyNotFound, also for an
        erased one.
        """

    async def find(self, survey_id: SurveyId) -> RecordedSurvey | None:
        """The survey, held for update, or nothing when it was never recorded. Raises
        SurveyNotFound for an erased one, SurveyIsLocked for an unknown one with a lock.
        """

    async def save(self, survey: RecordedSurvey) -> None:
        """Store a new or changed survey with its groups and readers."""

    async def has_open(self, *, now: datetime) -> bool:
        """Whether a survey of the school was opened and takes answers still."""


class Shares(Protocol):
    """The shares of one school's surveys, inside one transaction."""

    async def of_survey(self, survey_id: SurveyId) -> Sequence[Share]:
        """With whom the survey is shared now, oldest first."""

    async def of_staff(self, staff_id: StaffId) -> Sequence[Share]:
        """What is shared with this person now, newest first."""

    async def put(self, share: Share) -> None:
        """Store a share in the place of an earlier one with the same colleague."""

    async def end(self, survey_id: SurveyId, staff_id: StaffId) -> bool:
        """Take a share back; false when there was none."""

    async def end_of_staff(self, staff_id: StaffId) -> None:
        """Take back all that is shared with this person."""


class Codes(Protocol):
    """The access codes of one school, inside one transaction; never a code itself."""

    async def newest(self, survey_id: SurveyId) -> Mapping[ParticipantId, ParticipantCode]:
        """Each participant's newest code."""

    async def replace(
        self,
        survey_id: SurveyId,
        hashes: Mapping[ParticipantId, tuple[CodeId, bytes]],
        *,
        closes_at: datetime,
        at: datetime,
    ) -> None:
        """Take back the codes of these participants, end what they opened, and keep new ones."""

    async def revoke(
        self, survey_id: SurveyId, participant_id: ParticipantId, *, at: datetime
    ) -> bool:
        """Take back a participant's codes and end the sessions they opened; false when there was
        none.
        """

    async def close(self, survey_id: SurveyId, *, at: datetime) -> None:
        """End every pupil session of the survey."""


class Grants(Protocol):
    """What the staff of one school are granted, inside one transaction."""

    async def of(self, staff_id: StaffId) -> tuple[DatedGrant, ...]:
        """One person's grants, past ones included."""

    async def of_everyone(self) -> Sequence[StaffGrants]:
        """Everybody's grants."""

    async def replace(
        self, staff_id: StaffId, grants: Sequence[DatedGrant], *, by: StaffId, at: datetime
    ) -> None:
        """Put these in the place of all that the person is granted."""


class Colleagues(Protocol):
    """Who works at one school, as last told by Keycloak; inside one transaction."""

    async def all(self) -> Sequence[Colleague]:
        """Everybody with a role, in Norwegian order of names."""

    async def note(self, colleague: Colleague, *, at: datetime) -> None:
        """Remember one person; without a role the person is no colleague any more."""

    async def replace(self, colleagues: Sequence[Colleague], *, at: datetime) -> None:
        """Remember everybody; whoever is not among them has no role any more."""


class AuditChain(Protocol):
    """The audit chain of one school, inside one transaction; entries are never changed."""

    async def append(self, deed: Deed) -> AuditEntry:
        """Put the deed at the end; waits for whoever appends at the same time."""

    async def newest(self, wanted: AuditFilter, limit: int) -> Sequence[AuditEntry]:
        """The latest entries that fit, newest first."""

    async def readings(
        self, places: Mapping[SurveyId, ParticipantId], purposes: Collection[str]
    ) -> Sequence[AuditEntry]:
        """Entries of these purposes about these places of one pupil, newest first: of the whole
        survey or of that participant, above the level of sums.
        """

    def all(self) -> AsyncIterator[AuditEntry]:
        """The whole chain, oldest first."""

    async def head(self) -> ChainHead:
        """The end of the chain, as written beside it."""


class Roster(Protocol):
    """The pupils and groups of one school, inside one transaction; names are ciphertext."""

    async def hold(self) -> None:
        """Wait until nobody else changes the roster, until the transaction ends."""

    async def groups(self) -> Sequence[Group]:
        """Every group, with how many pupils it has."""

    async def pupils(self, group_ids: Sequence[GroupId] | None = None) -> Sequence[SealedPupil]:
        """The pupils of these groups, or of the school; each with all of their groups."""

    async def add_groups(self, groups: Sequence[Group]) -> None:
        """Store new groups."""

    async def add_pupils(self, pupils: Sequence[SealedPupil]) -> None:
        """Store new pupils with their groups."""

    async def change_pupil(self, pupil: SealedPupil) -> None:
        """Store a new card, and groups that are added."""

    async def keep_import(self, prepared: PreparedImport) -> None:
        """Store a prepared import, and forget those that are too old."""

    async def take_import(self, import_id: ImportId, *, at: datetime) -> PreparedImport:
        """Return a living import and remove it. Raises ImportNotFound."""


class Erasures(Protocol):
    """Locks and tombstones of one school's surveys, inside one transaction."""

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        """Lock the survey, known here or not; repeating it is harmless."""

    async def unlock(self, survey_id: SurveyId) -> None:
        """Take the lock back; repeating it is harmless."""

    async def erase(self, survey_id: SurveyId, *, at: datetime) -> Mapping[str, int]:
        """Remove every row of the survey, leave a tombstone, tell the rows removed by table.

        Repeating it removes what has appeared since and tells the same sums again.
        """


class Inbox(Protocol):
    """Which facts of other services have been taken in."""

    async def record(self, event_id: EventId, *, survey_id: SurveyId | None = None) -> bool:
        """Note the fact; false when it was noted before."""


class Work(Protocol):
    """One transaction over one school's rows; rolled back unless committed."""

    @property
    def surveys(self) -> Surveys: ...

    @property
    def shares(self) -> Shares: ...

    @property
    def codes(self) -> Codes: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def colleagues(self) -> Colleagues: ...

    @property
    def audit(self) -> AuditChain: ...

    @property
    def roster(self) -> Roster: ...

    @property
    def erasures(self) -> Erasures: ...

    @property
    def inbox(self) -> Inbox: ...

    async def commit(self) -> None:
        """Make everything of this transaction stay."""


Begin = Callable[[SchoolId], AbstractAsyncContextManager[Work]]
"""Start a transaction that sees the rows of this one school."""


class Schools(Protocol):
    """Municipalities and schools that are open here; no secret, so outside every school's scope."""

    async def all(self) -> Sequence[School]:
        """Every school that is open, by name."""

    async def municipalities(self) -> Sequence[Municipality]:
        """Every municipality, by name."""

    async def of_municipality(self, municipality_id: MunicipalityId) -> Sequence[School]:
        """Its schools, closed ones included, by name."""

    async def open(self, municipality: Municipality, schools: Sequence[School]) -> None:
        """Know the municipality and these schools, or put their names right.

        A school that was closed stays closed.
        """

    async def set_open(self, school: School) -> None:
        """Store a school as it is now, open or closed. Raises OrganisationNumberWrong when
        another municipality has its number.
        """

    async def leaders_of(self, schools: Sequence[School]) -> Mapping[SchoolId, Sequence[Colleague]]:
        """Who leads each of these schools, as last told by Keycloak, by name; one look for all."""

    async def ceilings(self, municipality_id: MunicipalityId) -> Ceilings:
        """What its schools may do."""

    async def set_ceilings(self, municipality_id: MunicipalityId, ceilings: Ceilings) -> None:
        """Replace what its schools may do."""


class StaffSessions(Protocol):
    """Sign-ins and attempts, found by the hash of a token; each call is one transaction."""

    async def keep_attempt(
        self, token_hash: bytes, attempt: SignInAttempt, *, until: datetime
    ) -> None:
        """Remember an attempt."""

    async def take_attempt(self, token_hash: bytes, *, at: datetime) -> SignInAttempt:
        """Return a living attempt and remove it. Raises SignInAttemptUnknown."""

    async def add(self, token_hash: bytes, session: StaffSession) -> None:
        """Store a new sign-in."""

    async def find(self, token_hash: bytes) -> StaffSession | None:
        """The sign-in, dead or alive, unless it was ended."""

    async def save(self, token_hash: bytes, session: StaffSession) -> None:
        """Store rights, active school and last use; an ended sign-in stays ended."""

    async def end(self, token_hash: bytes) -> StaffSession | None:
        """End a sign-in and tell which it was."""

    async def of_person(self, staff_id: StaffId) -> Sequence[SignIn]:
        """Every sign-in of a person, newest first, dead ones included."""

    async def end_of_person(self, staff_id: StaffId, session_id: SessionId | None) -> int:
        """End one sign-in of a person, or all of them; tells how many there were."""

    async def end_of_provider(self, *, provider_session: str, staff_id: StaffId | None) -> int:
        """End the sign-ins of one Keycloak session, or, without one, all of a person's."""


class InstallationSeal(Protocol):
    """Closes and opens what belongs to no school, with a key that retention gives."""

    async def seal(self, plaintext: bytes, table: str, row: bytes) -> bytes:
        """Ciphertext that opens in this row alone. Raises KeysUnavailable."""

    async def open(self, sealed: bytes, table: str, row: bytes) -> bytes:
        """The plaintext again. Raises KeysUnavailable."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What a right code would open."""

    session_id: SessionId
    token_hash: bytes
    at: datetime


class PupilDoor(Protocol):
    """The hot path: each call is one statement (ARCHITECTURE.md section 5)."""

    async def enter(self, code_hash: bytes, entry: NewEntry) -> PupilSession:
        """Open a session; a participant's first shows answers, later ones are write-only.

        Raises CodeUnknown, CodeRevoked, SurveyClosed.
        """

    async def find(self, token_hash: bytes, *, at: datetime) -> PupilSession | None:
        """The session, if it lives and its survey is neither closed nor locked."""

    async def end(self, token_hash: bytes, *, at: datetime) -> None:
        """End a session; repeating it is harmless."""


class CodeHashes(Protocol):
    """HMAC-SHA-256 with the pepper of the installation (SPEC I7)."""

    async def of(self, code: str) -> bytes:
        """The hash of a normalised code. Raises KeysUnavailable."""


class WrongCodes(Protocol):
    """Slows whoever guesses; never asked about a right code (SPEC I7)."""

    async def answer_slowly(self, origin: str) -> None:
        """Return when a wrong code of this origin may be answered. Raises TooManyWrongCodes."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A passport or permit, and when it ends."""

    text: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "SignedToken(hidden)"


class Tokens(Protocol):
    """Signs what the other services believe (ARCHITECTURE.md section 2)."""

    def staff_passport(self, principal: StaffPrincipal) -> SignedToken:
        """A passport of 30 s."""

    def municipality_passport(self, principal: MunicipalityPrincipal) -> SignedToken:
        """A passport of 30 s that opens no school."""

    def pupil_passport(self, principal: PupilPrincipal) -> SignedToken:
        """A passport of 120 s."""

    def audit_head(self, head: AuditHead) -> str:
        """A signed head of an audit chain."""

    def permit(self, permit: Permit) -> SignedToken:
        """A permit of 60 s; its audit entry must have been committed."""


@dataclass(frozen=True, slots=True)
class DueSurvey:
    """A survey that has outlived its day of deletion."""

    school_id: SchoolId
    survey_id: SurveyId


class OverdueSurveys(Protocol):
    """The jobs role's narrow door: ids and dates of what is due, and its removal (SPEC T1)."""

    async def due(self, *, today: date) -> Sequence[DueSurvey]:
        """Whatever must go, of every school."""

    async def erase(self, due: DueSurvey, *, at: datetime) -> Mapping[str, int]:
        """Remove the survey's rows and leave a tombstone."""
