"""Municipalities, schools, and what Keycloak's groups say about who works where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from samspill_kit.ids import MunicipalityId, SchoolId, StaffId
from samspill_kit.principal import Role

_NAMESPACE: Final = UUID("6f1c1c52-6d0b-5c1e-9d0e-5a3c3b6f2a11")
"""Fixed for ever: every part of an installation finds the same id for an organisation number."""

_ROLE_OF_FOLDER: Final = {
    ("skoler", "ledere"): Role.LEADER,
    ("skoler", "larere"): Role.TEACHER,
    ("kommuner", "administratorer"): Role.MUNICIPALITY_ADMIN,
}


def school_id_of(orgnr: str) -> SchoolId:
    """The id of the school with this organisation number."""
    return SchoolId(uuid5(_NAMESPACE, f"school:{orgnr}"))


def municipality_id_of(orgnr: str) -> MunicipalityId:
    """The id of the municipality with this organisation number."""
    return MunicipalityId(uuid5(_NAMESPACE, f"municipality:{orgnr}"))


@dataclass(frozen=True, slots=True)
class Municipality:
    """Who owns schools."""

    id: MunicipalityId
    orgnr: str
    name: str


@dataclass(frozen=True, slots=True)
class School:
    """A school that is open in this installation."""

    id: SchoolId
    municipality_id: MunicipalityId
    orgnr: str
    name: str
    is_open: bool = True
    """Nobody enters a school that its municipality has closed; what it has dies at its time."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody may work: open schools and municipalities, each by name."""

    schools: tuple[School, ...]
    municipalities: tuple[Municipality, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """One role at one organisation."""

    orgnr: str
    role: Role


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at a school, with the roles there."""

    staff_id: StaffId
    display_name: str
    roles: frozenset[Role]

    @property
    def is_leader(self) -> bool:
        """Whether the person leads the school."""
        return Role.LEADER in self.roles


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody whom Keycloak knows, working here or not."""

    staff_id: StaffId
    display_name: str
    username: str


def memberships_of(group_paths: Iterable[str]) -> frozenset[Membership]:
    """What Keycloak's groups mean: the one place that reads their paths.

    `/skoler/<orgnr>/ledere`, `/skoler/<orgnr>/larere`, `/kommuner/<orgnr>/administratorer`;
    every other group means nothing here.
    """
    return frozenset(
        Membership(orgnr, role)
        for path in group_paths
        for folder, orgnr, leaf in [_parts_of(path)]
        if (role := _ROLE_OF_FOLDER.get((folder, leaf)))
    )


def group_path_of(orgnr: str, role: Role) -> str:
    """The path of the Keycloak group whose members have this role."""
    folder, leaf = next(names for names, known in _ROLE_OF_FOLDER.items() if known is role)
    return f"/{folder}/{orgnr}/{leaf}"


def roles_at(school: School, memberships: Iterable[Membership]) -> frozenset[Role]:
    """The roles at this school; a municipality's administrators have none here."""
    return frozenset(
        one.role
        for one in memberships
        if one.orgnr == school.orgnr and one.role is not Role.MUNICIPALITY_ADMIN
    )


def administers(municipality: Municipality, memberships: Iterable[Membership]) -> bool:
    """Whether these make somebody an administrator of the municipality."""
    return Membership(municipality.orgnr, Role.MUNICIPALITY_ADMIN) in set(memberships)


def _parts_of(path: str) -> tuple[str, str, str]:
    parts = path.split("/")
    return (parts[1], parts[2], parts[3]) if len(parts) == 4 and not parts[0] else ("", "", "")
