"""Names as ciphertext: opened in their own row alone, and telling nothing by their length."""

from uuid import uuid4

import pytest

from samspill_kit.crypto import Envelope, Unopenable
from samspill_kit.ids import GroupId, ParticipantId, SchoolId, SurveyId
from samspill_surveys.clients.retention import EnvelopeSeal
from samspill_surveys.domain.participants import Card, Gender

KEY = bytes(range(32))
SCHOOL = SchoolId(uuid4())
SURVEY = SurveyId(uuid4())
ADA = ParticipantId(uuid4())
CARD = Card("Ada Løvlie Ødegård", Gender.GIRL, (GroupId(uuid4()), GroupId(uuid4())))


def seal_of(survey_id: SurveyId = SURVEY, key: bytes = KEY) -> EnvelopeSeal:
    return EnvelopeSeal(Envelope(key), SCHOOL, survey_id)


@pytest.mark.parametrize("card", [CARD, Card("Bo", None, ())])
def test_a_card_comes_back_whole(card: Card) -> None:
    assert seal_of().open(ADA, seal_of().seal(ADA, card)) == card


def test_a_card_opens_in_no_other_row_survey_or_key() -> None:
    sealed = seal_of().seal(ADA, CARD)

    with pytest.raises(Unopenable):
        seal_of().open(ParticipantId(uuid4()), sealed)
    with pytest.raises(Unopenable):
        seal_of(SurveyId(uuid4())).open(ADA, sealed)
    with pytest.raises(Unopenable):
        seal_of(key=bytes(32)).open(ADA, sealed)


def test_long_and_short_names_look_alike() -> None:
    short = seal_of().seal(ADA, Card("Bo", None, ()))
    long = seal_of().seal(ADA, Card("Margrethe Alexandra " * 4, Gender.GIRL, ()))

    assert len(short) == len(long)
    assert b"Bo" not in short
