"""Access codes hold against guessing, and a right code is never refused (SPEC I7)."""

from __future__ import annotations

import itertools

import pytest

from deploy.local.installation import LocalInstallation
from tests.isolation.codes import CLASS, codes_of_a_class, guess, mistyped, new_code
from tests.isolation.world import World

DRAW = 2_000

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_class_gets_in_while_somebody_guesses_behind_the_same_address(
    isolation: tuple[LocalInstallation, World],
) -> None:
    installation, world = isolation
    codes = await codes_of_a_class(installation, CLASS + 1)
    spare = codes.pop()

    found = await guess(world.address, codes, DRAW)

    assert found.guesses >= DRAW
    assert found.hits == 0
    assert (found.let_in, found.refused) == (CLASS, 0)
    assert found.class_seconds < 60
    # Ten at once and then one a second: what the brake lets an address hear.
    assert found.answered <= 10 + found.seconds + 2
    assert found.read_again == 0

    # The control: a guess that is right is counted as one.
    drawn = itertools.chain([spare], iter(new_code, None))
    assert (await guess(world.address, [], 20, draw=lambda: next(drawn))).hits == 1


async def test_a_mistyped_code_differs_from_the_code_in_its_check_character_alone() -> None:
    code = new_code()
    assert mistyped(code)[:-1] == code[:-1]
    assert mistyped(code) != code
