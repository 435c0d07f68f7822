"""A one-time code as second factor, asked for when a page needs it; against the real Keycloak."""

import time
from collections.abc import AsyncIterator

import pytest

from services.identity.tests.integration.keycloak_server import (
    RealKeycloak,
    one_time_code,
    real_keycloak,
)

SECRET = "only for this test"


@pytest.fixture(scope="module")
async def keycloak(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealKeycloak]:
    async with real_keycloak(tmp_path_factory.mktemp("keycloak")) as running:
        yield running


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, the last six of its eight digits.
    assert one_time_code("12345678901234567890", 59) == "287082"


async def test_a_code_is_asked_for_only_when_it_is_needed(keycloak: RealKeycloak) -> None:
    await keycloak.ensure_with_code("karin", SECRET)
    cookies: dict[str, str] = {}
    plain = await keycloak.signed_in("karin", cookies=cookies)
    assert not plain.has_second_factor
    # The same browser: Keycloak knows the password and asks for the code alone.
    code = one_time_code(SECRET, time.time())
    stepped_up = await keycloak.signed_in("karin", otp=code, cookies=cookies)
    assert stepped_up.has_second_factor
    assert (await keycloak.sign_in.refresh(stepped_up)).has_second_factor


async def test_a_wrong_code_lets_nobody_in(keycloak: RealKeycloak) -> None:
    await keycloak.ensure_with_code("lars", SECRET)
    right = one_time_code(SECRET, time.time())
    wrong = f"{(int(right) + 500_000) % 10**6:06d}"
    with pytest.raises(AssertionError, match="did not let the person in"):
        await keycloak.signed_in("lars", otp=wrong)
