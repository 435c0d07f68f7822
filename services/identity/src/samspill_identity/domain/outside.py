"""What the use cases need from Keycloak, retention and files, said in identity's own words."""

from collections.abc import Sequence
from typing import Protocol

from samspill_identity.domain.audit import KeptHead
from samspill_identity.domain.class_list import Row
from samspill_identity.domain.roster import (
    Card,
    ImportId,
    ListedPupil,
)
from samspill_identity.domain.schools import Colleague, KnownPerson, School
from samspill_identity.domain.sessions import (
    Person,
    SignInAttempt,
)
from samspill_kit.ids import (
    PupilId,
    SchoolId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import (
    AuditHead,
    Role,
)


class IdentityProvider(Protocol):
    """Keycloak, as far as sign-in goes."""

    def authorization_url(
        self, attempt: SignInAttempt, *, locale: str, second_factor: bool = False
    ) -> str:
        """Where the browser goes to sign in, with a second factor when that is asked for."""

    async def exchange(self, code: str, attempt: SignInAttempt) -> Person:
        """Who came back. Raises SignInRefused, IdentityProviderDown."""

    async def refresh(self, person: Person) -> Person:
        """The person's present rights. Raises SignInRefused, IdentityProviderDown."""

    async def end(self, person: Person) -> None:
        """End the person's Keycloak session. Raises IdentityProviderDown."""

    @property
    def end_session_url(self) -> str:
        """Where a browser ends its Keycloak session itself; holds nothing about the person."""

    async def read_logout(self, logout_token: str) -> tuple[str, StaffId | None]:
        """Whose session Keycloak ended: its session id and the person. Raises SignInRefused."""


class OrganisationNumbers(Protocol):
    """Knows the check digit of organisation numbers."""

    def is_valid(self, orgnr: str) -> bool:
        """Whether these nine digits are an organisation number."""


class StaffDirectory(Protocol):
    """Keycloak, as far as it knows who works where; accounts are none of its business (SPEC I3)."""

    async def of_school(self, school: School) -> Sequence[Colleague]:
        """Everybody in the school's groups. Raises IdentityProviderDown."""

    async def find(self, query: str, *, limit: int) -> Sequence[KnownPerson]:
        """Enabled people whose user name, e-mail address or name begins like this, by name.

        Raises IdentityProviderDown.
        """

    async def add(self, school: School, staff_id: StaffId, role: Role) -> None:
        """Put a person into the school's group of this role; repeating it is harmless.

        Raises PersonUnknown, SchoolGroupsMissing, IdentityProviderDown.
        """

    async def remove(self, school: School, staff_id: StaffId, role: Role) -> None:
        """Take a person out of the school's group of this role; repeating it is harmless.

        Raises SchoolGroupsMissing, IdentityProviderDown.
        """

    async def has_groups(self, school: School) -> bool:
        """Whether Keycloak has the groups of the school. Raises IdentityProviderDown."""

    def forget(self, school_id: SchoolId) -> None:
        """Ask Keycloak anew at the next look at this school."""


class HeadKeeper(Protocol):
    """Retention, as the second keeper of heads of audit chains."""

    async def keep(self, signed: Sequence[tuple[AuditHead, str]]) -> Sequence[SchoolId]:
        """Hand over heads with their signatures; returns the schools that contradict what was
        kept. Raises Unavailable.
        """

    async def of(self, school_id: SchoolId) -> KeptHead | None:
        """The copy of a school's head; None when there is none yet. Raises Unavailable."""


class Sheets(Protocol):
    """Reads files."""

    def read(self, content: bytes, file_name: str) -> Sequence[Row]:
        """The rows of a CSV file or of the first sheet of an XLSX file.

        Raises RosterFileKindUnknown, RosterFileEmpty, RosterEncodingUnknown, RosterFileBroken.
        """


class RosterSeal(Protocol):
    """Closes and opens what the school key protects."""

    def seal_reason(self, survey_id: SurveyId, staff_id: StaffId, reason: str) -> bytes:
        """Ciphertext that opens in this share's row alone."""

    def seal_card(self, pupil_id: PupilId, card: Card) -> bytes:
        """Ciphertext that opens in this pupil's row alone."""

    def open_card(self, pupil_id: PupilId, sealed: bytes) -> Card:
        """The card again."""

    def seal_list(self, import_id: ImportId, pupils: Sequence[ListedPupil]) -> bytes:
        """Ciphertext of a prepared import."""

    def open_list(self, import_id: ImportId, sealed: bytes) -> tuple[ListedPupil, ...]:
        """The prepared import again."""


class RosterSeals(Protocol):
    """Where seals come from; a key is held for its lease."""

    async def of(self, school_id: SchoolId) -> RosterSeal:
        """The school's seal. Raises KeysUnavailable when no key is held and none can be had."""
