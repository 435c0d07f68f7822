"""Ids are typed, errors have a kind and a code."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from samspill_kit import errors
from samspill_kit.aggregate import Aggregate
from samspill_kit.ids import (
    EventId,
    IdMalformed,
    ParticipantId,
    RandomIds,
    SchoolId,
    SurveyId,
    TimeOrderedIds,
)
from samspill_kit.settings import HostPort
from samspill_kit.testing.clocks import SetClock


def test_an_id_is_read_and_written() -> None:
    text = str(uuid4())
    assert str(SurveyId.parse(text)) == text


@pytest.mark.parametrize("text", ["", "Nora", "{" + "0" * 34 + "}", "0" * 36, "æ" * 36])
def test_what_is_no_id_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(IdMalformed) as caught:
        SurveyId.parse(text)
    assert caught.value.details == {"expected": "SurveyId"}
    assert caught.value.__cause__ is None


def test_ids_of_two_kinds_are_never_equal() -> None:
    value = uuid4()
    assert SurveyId(value) != SchoolId(value)
    assert SurveyId(value) == SurveyId(value)


def test_participants_ids_do_not_tell_their_order() -> None:
    ids = [RandomIds().new(ParticipantId) for _ in range(50)]
    assert ids != sorted(ids)
    assert all(id_.value.version == 4 for id_ in ids)


def test_event_ids_sort_by_time() -> None:
    clock = SetClock()
    ids = TimeOrderedIds(clock)
    made = []
    for _ in range(5):
        made.append(ids.new(EventId))
        clock.advance(timedelta(milliseconds=1))
    assert made == sorted(made)
    assert all(id_.value.version == 7 for id_ in made)


class SurveyLocked(errors.Refused):
    code = "survey_is_locked"


@pytest.mark.parametrize("kind", errors.KINDS)
def test_every_kind_is_its_own_kind(kind: type[errors.DomainError]) -> None:
    assert kind().kind is kind


def test_an_error_says_its_code_and_nothing_else() -> None:
    error = SurveyLocked(survey_id=SurveyId(UUID(int=7)))
    assert error.kind is errors.Refused
    assert str(error) == "survey_is_locked"
    assert error.details == {"survey_id": "00000000-0000-0000-0000-000000000007"}


def test_a_rebuilt_error_does_not_change_its_kind_for_others() -> None:
    rebuilt = errors.rebuild(errors.NotFound, "survey_not_found", {"a": "b"})
    assert isinstance(rebuilt, errors.NotFound)
    assert rebuilt.code == "survey_not_found"
    assert errors.NotFound().code == "not_found"


@dataclass(slots=True)
class Door(Aggregate):
    is_open: bool

    def close(self) -> None:
        self.is_open = False
        self._record("closed")


def test_an_aggregate_gives_its_facts_once() -> None:
    door = Door(is_open=True)
    door.close()
    assert door.take_events() == ["closed"]
    assert door.take_events() == []


def test_two_aggregates_do_not_share_facts() -> None:
    Door(is_open=True).close()
    assert Door(is_open=True).take_events() == []


@pytest.mark.parametrize("written", ["127.0.0.1:80", "[::1]:80", "surveys.cluster.local:9101"])
def test_an_address_is_read_and_written(written: str) -> None:
    assert str(HostPort.parse(written)) == written


@pytest.mark.parametrize("written", ["80", ":80", "host:", "host:port", "host:70000", ""])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        HostPort.parse(written)
