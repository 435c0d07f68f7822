"""Access codes: ten random characters and one that checks them (SPEC I7)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from samspill_identity.domain.errors import CodeMistyped
from samspill_kit.ids import EntityId, ParticipantId

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

RANDOM_LENGTH: Final = 10
LENGTH: Final = RANDOM_LENGTH + 1
_MODULUS: Final = 31
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})
_DASHES: Final = dict.fromkeys(map(ord, "_.\u2010\u2011\u2012\u2013\u2014\u00a0\t\r\n"))


class CodeId(EntityId):
    """One making of a code; not the code."""

    __slots__ = ()


class CodeState(Enum):
    """What became of a participant's newest code."""

    MADE = "made"
    USED = "used"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ParticipantCode:
    """A participant's newest code, as the teacher may see it."""

    participant_id: ParticipantId
    state: CodeState
    made_at: datetime
    is_renewed: bool


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code in plain text: exists in the answer that shows it, and nowhere else."""

    participant_id: ParticipantId
    text: str

    def __repr__(self) -> str:
        return "MadeCode(hidden)"


def check_character(characters: str) -> str:
    """The character that follows these ten.

    The sum of odd weights below the prime 31 finds each swap of neighbours and each wrong
    character, but for 0 taken for Z.
    """
    total = sum(
        (2 * place + 1) * ALPHABET.index(character) for place, character in enumerate(characters)
    )
    return ALPHABET[total % _MODULUS]


def new_code() -> str:
    """A code from the operating system's randomness: 50 bits."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return characters + check_character(characters)


def normalised(typed: str) -> str:
    """The code as it was made, from the way it was typed. Raises CodeMistyped."""
    code = typed.translate(_DASHES).upper().translate(_READ_AS)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise CodeMistyped
    if check_character(code[:RANDOM_LENGTH]) != code[RANDOM_LENGTH]:
        raise CodeMistyped
    return code
