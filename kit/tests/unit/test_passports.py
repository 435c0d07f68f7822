"""A passport that is not exactly right is no passport (SPEC P3)."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from samspill_kit.auth import (
    ClocksDiffer,
    JwksSource,
    PassportExpired,
    PassportNotAccepted,
    PassportReader,
    PermitNotAccepted,
    SigningKeysUnavailable,
    TokenSigner,
    new_signing_key,
    public_key_set,
)
from samspill_kit.errors import Unavailable
from samspill_kit.ids import (
    GroupId,
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import (
    Action,
    Grant,
    Level,
    MunicipalityPrincipal,
    Permit,
    PupilPrincipal,
    Role,
    Share,
    StaffPrincipal,
)
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.metrics import measured
from samspill_kit.testing.passports import INSTALLATION, PassportOffice

TEACHER = StaffPrincipal(
    staff_id=StaffId(uuid4()),
    municipality_id=MunicipalityId(uuid4()),
    school_id=SchoolId(uuid4()),
    roles=frozenset({Role.TEACHER, Role.LEADER}),
    grants=(
        Grant(Action.CREATE_SURVEY),
        Grant(Action.READ_REPORT, Level.NAMED, GroupId(uuid4())),
    ),
    session_id=SessionId(uuid4()),
)
NORA = PupilPrincipal(
    municipality_id=TEACHER.municipality_id,
    school_id=TEACHER.school_id,
    survey_id=SurveyId(uuid4()),
    participant_id=ParticipantId(uuid4()),
    session_id=SessionId(uuid4()),
    write_only=True,
)
PERMIT = Permit(
    staff_id=TEACHER.staff_id,
    school_id=TEACHER.school_id,
    survey_id=NORA.survey_id,
    level=Level.PSEUDONYMOUS,
    participants=frozenset({NORA.participant_id}),
    audit_id=str(uuid4()),
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(clock: SetClock) -> PassportOffice:
    return PassportOffice(clock)


def base64url(part: object) -> str:
    text = json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, claims, signature = token.split(".")
    padded = (part + "=" * (-len(part) % 4) for part in (header, claims))
    decoded = [json.loads(base64.urlsafe_b64decode(part)) for part in padded]
    return decoded[0], decoded[1], signature


@pytest.mark.parametrize("person", [TEACHER, NORA], ids=["staff", "pupil"])
async def test_a_passport_tells_the_same_person_again(
    office: PassportOffice, person: StaffPrincipal | PupilPrincipal
) -> None:
    assert await office.passports().read(office.signer.passport(person)) == person


async def test_shares_and_a_second_factor_are_told_again(office: PassportOffice) -> None:
    shares = tuple(
        Share(SurveyId(uuid4()), level)
        for level in (Level.AGGREGATE, Level.NAMED)
        for _ in range(3)
    )
    person = replace(TEACHER, shares=shares, has_second_factor=True)
    assert await office.passports().read(office.signer.passport(person)) == person


async def test_a_passport_of_an_administrator_opens_no_school(office: PassportOffice) -> None:
    person = MunicipalityPrincipal(TEACHER.staff_id, TEACHER.municipality_id, TEACHER.session_id)
    passport = office.signer.passport(person)
    assert await office.passports().read(passport) == person
    assert "sch" not in parts_of(passport)[1]


def test_a_passport_says_nothing_of_the_schools_that_are_not_active(
    office: PassportOffice,
) -> None:
    """A leader of 300 schools carries the rights at one of them."""
    all_rights = [
        *(Grant(action) for action in Action if action is not Action.READ_REPORT),
        Grant(Action.READ_REPORT, Level.FREE_TEXT),
    ]
    assert len(office.signer.passport(replace(TEACHER, grants=tuple(all_rights)))) < 2000


def test_a_passport_with_sixty_shares_and_forty_grants_fits_into_a_header(
    office: PassportOffice,
) -> None:
    grants = [Grant(Action.READ_REPORT, Level.PSEUDONYMOUS, GroupId(uuid4())) for _ in range(40)]
    levels = list(Level)
    shares = [Share(SurveyId(uuid4()), levels[place % 4]) for place in range(60)]
    person = replace(TEACHER, grants=tuple(grants), shares=tuple(shares))
    assert len(office.signer.passport(person)) < 8000


async def test_a_permit_tells_the_same_permit_again(office: PassportOffice) -> None:
    assert await office.permits().read(office.signer.permit(PERMIT)) == PERMIT


@pytest.mark.parametrize(
    ("person", "seconds"), [(TEACHER, 30), (NORA, 120)], ids=["staff", "pupil"]
)
async def test_a_passport_lives_as_long_as_promised_and_five_seconds(
    office: PassportOffice, clock: SetClock, person: StaffPrincipal | PupilPrincipal, seconds: int
) -> None:
    passport, reader = office.signer.passport(person), office.passports()
    await reader.read(passport)
    clock.advance(timedelta(seconds=seconds + 5))
    await reader.read(passport)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(PassportExpired):
        await reader.read(passport)
    with pytest.raises(PassportExpired):
        await office.passports().read(passport)


async def test_a_permit_that_is_too_old_is_refused(office: PassportOffice, clock: SetClock) -> None:
    permit = office.signer.permit(PERMIT)
    clock.advance(timedelta(seconds=66))
    with pytest.raises(PermitNotAccepted):
        await office.permits().read(permit)


async def test_another_installations_passport_is_refused(
    office: PassportOffice, clock: SetClock
) -> None:
    key = new_signing_key()
    signer = TokenSigner(key, installation="elsewhere", clock=clock)
    office.key_set = public_key_set([key])
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(signer.passport(NORA))


async def test_a_key_that_identity_does_not_tell_is_refused(
    office: PassportOffice, clock: SetClock
) -> None:
    signer = TokenSigner(new_signing_key(), installation=INSTALLATION, clock=clock)
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(signer.passport(NORA))


async def test_an_unsigned_passport_is_refused(office: PassportOffice) -> None:
    header, claims, _ = parts_of(office.signer.passport(NORA))
    token = f"{base64url(header | {'alg': 'none'})}.{base64url(claims)}."
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(token)


async def test_a_passport_signed_with_the_public_key_as_a_secret_is_refused(
    office: PassportOffice,
) -> None:
    header, claims, _ = parts_of(office.signer.passport(NORA))
    secret = OctKey.import_key(office.key_set)
    token = jws.serialize_compact(
        header | {"alg": "HS256"}, json.dumps(claims), secret, algorithms=["HS256"]
    )
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(token)


async def test_changed_claims_are_refused(office: PassportOffice) -> None:
    header, claims, signature = parts_of(office.signer.passport(NORA))
    changed = f"{base64url(header)}.{base64url(claims | {'wo': False})}.{signature}"
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(changed)


async def test_a_token_of_another_type_is_refused_whatever_it_claims(
    office: PassportOffice, clock: SetClock
) -> None:
    key = new_signing_key()
    office.key_set = public_key_set([key])
    signer = TokenSigner(key, installation=INSTALLATION, clock=clock)
    header, claims, _ = parts_of(signer.passport(NORA))
    reader = office.passports()
    for kind, is_accepted in (("passport+jwt", True), ("JWT", False), ("permit+jwt", False)):
        token = jws.serialize_compact(
            header | {"typ": kind}, json.dumps(claims), key, algorithms=["Ed25519"]
        )
        if is_accepted:
            assert await reader.read(token) == NORA
        else:
            with pytest.raises(PassportNotAccepted):
                await reader.read(token)


async def test_a_permit_is_no_passport_and_a_passport_no_permit(office: PassportOffice) -> None:
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(office.signer.permit(PERMIT))
    with pytest.raises(PermitNotAccepted):
        await office.permits().read(office.signer.passport(TEACHER))


def clock_differences(token: str) -> float:
    return measured("samspill_clock_differences_total", token=token)


@pytest.mark.parametrize("seconds", [6, 90])
async def test_a_passport_from_the_future_says_that_the_clocks_differ(
    office: PassportOffice, clock: SetClock, seconds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    passports, permits = office.passports(), office.permits()
    counted = clock_differences("passport"), clock_differences("permit")
    clock.advance(timedelta(seconds=seconds))
    passport, permit = office.signer.passport(TEACHER), office.signer.permit(PERMIT)
    clock.advance(-timedelta(seconds=seconds))
    with pytest.raises(ClocksDiffer):
        await passports.read(passport)
    with pytest.raises(ClocksDiffer):
        await permits.read(permit)
    assert ClocksDiffer.kind is Unavailable
    told = clock_differences("passport"), clock_differences("permit")
    assert told == (counted[0] + 1, counted[1] + 1)
    assert passport not in capsys.readouterr().out


async def test_clocks_five_seconds_apart_do_no_harm(
    office: PassportOffice, clock: SetClock
) -> None:
    clock.advance(timedelta(seconds=5))
    passport = office.signer.passport(TEACHER)
    clock.advance(-timedelta(seconds=5))
    assert await office.passports().read(passport) == TEACHER


async def test_a_stranger_cannot_make_a_service_speak_of_clocks(
    office: PassportOffice, clock: SetClock
) -> None:
    clock.advance(timedelta(seconds=90))
    stranger = TokenSigner(new_signing_key(), installation=INSTALLATION, clock=clock)
    passport = stranger.passport(TEACHER)
    clock.advance(-timedelta(seconds=90))
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(passport)


async def test_a_passport_signed_with_rsa_is_refused_though_its_key_is_told(
    office: PassportOffice,
) -> None:
    header, claims, _ = parts_of(office.signer.passport(NORA))
    key = RSAKey.generate_key(2048, auto_kid=True)
    told = json.loads(office.key_set)["keys"] + [key.as_dict(private=False)]
    office.key_set = json.dumps({"keys": told})
    for algorithm in ("RS256", "Ed25519"):
        signed = jws.serialize_compact(
            header | {"alg": "RS256", "kid": key.kid}, json.dumps(claims), key, algorithms=["RS256"]
        )
        _, payload, signature = signed.split(".")
        named = base64url(header | {"alg": algorithm, "kid": key.kid})
        with pytest.raises(PassportNotAccepted):
            await office.passports().read(f"{named}.{payload}.{signature}")


async def test_a_key_that_is_no_longer_told_opens_nothing_anew(
    office: PassportOffice, clock: SetClock
) -> None:
    passport = office.signer.passport(NORA)
    assert await office.passports().read(passport) == NORA
    office.key_set = public_key_set([new_signing_key()])

    async def told() -> str:
        return office.key_set

    started_later = PassportReader(JwksSource(told), installation=INSTALLATION, clock=clock)
    with pytest.raises(PassportNotAccepted):
        await started_later.read(passport)


async def test_an_old_and_a_new_key_are_both_accepted_while_both_are_told(
    clock: SetClock,
) -> None:
    old, new = new_signing_key(), new_signing_key()
    told = [public_key_set([old])]

    async def tell() -> str:
        return told[0]

    keys = JwksSource(tell, monotonic=clock.seconds)
    reader = PassportReader(keys, installation=INSTALLATION, clock=clock)
    before = TokenSigner(old, installation=INSTALLATION, clock=clock).passport(NORA)
    assert await reader.read(before) == NORA
    told[0] = public_key_set([new, old])
    clock.advance(timedelta(seconds=20))
    after = TokenSigner(new, installation=INSTALLATION, clock=clock).passport(NORA)
    assert await reader.read(after) == NORA
    again = TokenSigner(old, installation=INSTALLATION, clock=clock).passport(TEACHER)
    assert await reader.read(again) == TEACHER


async def test_an_administrators_passport_names_no_school(office: PassportOffice) -> None:
    administrator = MunicipalityPrincipal(
        TEACHER.staff_id, TEACHER.municipality_id, TEACHER.session_id, has_second_factor=True
    )
    passport = office.signer.passport(administrator)
    assert await office.passports().read(passport) == administrator
    _, claims, _ = parts_of(passport)
    assert "sch" not in claims


def test_a_leaders_passport_is_small_since_it_names_one_school(office: PassportOffice) -> None:
    grants = tuple(Grant(Action.READ_REPORT, Level.FREE_TEXT, GroupId(uuid4())) for _ in range(10))
    leader = replace(TEACHER, grants=(*grants, Grant(Action.CREATE_SURVEY)))
    assert len(office.signer.passport(leader)) < 2048


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "æ" * 40, "e30.e30.e30"])
async def test_nonsense_is_refused(office: PassportOffice, token: str) -> None:
    with pytest.raises(PassportNotAccepted):
        await office.passports().read(token)


async def test_keys_are_fetched_once_and_for_an_unknown_key_at_most_every_ten_seconds(
    clock: SetClock,
) -> None:
    fetched = 0
    key = new_signing_key()

    async def fetch() -> str:
        nonlocal fetched
        fetched += 1
        return public_key_set([key])

    keys = JwksSource(fetch, monotonic=clock.seconds)
    for _ in range(3):
        assert await keys.key(str(key.kid)) is not None
        assert await keys.key("made up") is None
    assert fetched == 1
    clock.advance(timedelta(seconds=10))
    assert await keys.key("made up") is None
    assert fetched == 2


async def test_identity_being_down_stops_nobody_whose_key_is_known(clock: SetClock) -> None:
    key = new_signing_key()
    answers = [public_key_set([key])]

    async def fetch() -> str:
        if not answers:
            raise Unavailable
        return answers.pop()

    keys = JwksSource(fetch, monotonic=clock.seconds)
    assert await keys.key(str(key.kid)) is not None
    clock.advance(timedelta(hours=1))
    assert await keys.key("unknown") is None
    assert await keys.key(str(key.kid)) is not None
    with pytest.raises(SigningKeysUnavailable):
        await JwksSource(fetch).key("any")
