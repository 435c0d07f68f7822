"""The brake on wrong codes, seals of the roster, the file of schools."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from samspill_identity.clients.retention import EnvelopeRosterSeal
from samspill_identity.domain.errors import TooManyWrongCodes
from samspill_identity.domain.roster import Card, Gender, ImportId, ListedPupil
from samspill_identity.schools_file import SchoolsFileWrong, read_schools_file
from samspill_identity.wrong_codes import FREE, OriginBrake
from samspill_kit.crypto import Envelope, Unopenable
from samspill_kit.ids import PupilId, RandomIds, SchoolId
from samspill_kit.testing.clocks import SetClock

IDS = RandomIds()


async def test_a_class_that_mistypes_now_and_then_notices_nothing() -> None:
    brake = OriginBrake(SetClock().seconds)
    for _ in range(int(FREE)):
        await brake.answer_slowly("a class")


async def test_guessing_is_stopped_for_one_origin_alone() -> None:
    clock = SetClock()
    brake = OriginBrake(clock.seconds)
    for _ in range(int(FREE)):
        await brake.answer_slowly("guesser")
    waiting = [brake.answer_slowly("guesser") for _ in range(3)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    refused = outcomes[-1]
    assert isinstance(refused, TooManyWrongCodes)
    assert int(refused.details["retry_after"]) >= 1
    await brake.answer_slowly("somebody else")
    clock.advance(timedelta(seconds=60))
    await brake.answer_slowly("guesser")


def test_a_card_opens_in_its_own_row_alone() -> None:
    envelope = Envelope(b"k" * 32)
    seal = EnvelopeRosterSeal(envelope, IDS.new(SchoolId))
    pupil_id, card = IDS.new(PupilId), Card("Åse Ås", Gender.GIRL)
    sealed = seal.seal_card(pupil_id, card)
    assert "Åse".encode() not in sealed
    assert seal.open_card(pupil_id, sealed) == card
    for other, row in (
        (seal, IDS.new(PupilId)),
        (EnvelopeRosterSeal(envelope, IDS.new(SchoolId)), pupil_id),
    ):
        with pytest.raises(Unopenable):
            other.open_card(row, sealed)


def test_a_prepared_list_survives_sealing() -> None:
    seal = EnvelopeRosterSeal(Envelope(b"k" * 32), IDS.new(SchoolId))
    import_id = IDS.new(ImportId)
    pupils = (
        ListedPupil(2, Card("Åse", None), "1A"),
        ListedPupil(3, Card("Ola", Gender.BOY), "1B"),
    )
    assert seal.open_list(import_id, seal.seal_list(import_id, pupils)) == pupils


def test_the_file_of_schools_is_read(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(
        '[[municipality]]\norgnr = "999999999"\nname = "K"\n'
        '[[municipality.school]]\norgnr = "111111111"\nname = "S"\n'
    )
    [(municipality, [school])] = read_schools_file(path)
    assert (municipality.name, school.name) == ("K", "S")
    assert school.municipality_id == municipality.id


@pytest.mark.parametrize(
    "content", ["nonsense", "[x]", '[[municipality]]\norgnr = "1"\nname = "K"']
)
def test_a_wrong_file_of_schools_gets_a_clear_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(content)
    with pytest.raises(SchoolsFileWrong):
        list(read_schools_file(path))
