"""How a class list meets the roster (SPEC I5)."""

import pytest

from samspill_identity.domain.errors import ImportUndecided, RosterChangedMeanwhile
from samspill_identity.domain.roster import (
    Card,
    Decision,
    ListedPupil,
    Match,
    Pupil,
    group_key,
    meet,
    name_key,
    settle,
)
from samspill_kit.ids import PupilId, RandomIds

IDS = RandomIds()


def listed(row: int, name: str) -> ListedPupil:
    return ListedPupil(row, Card(name, None), "1A")


def known(name: str) -> Pupil:
    return Pupil(IDS.new(PupilId), Card(name, None), ())


def test_names_match_whatever_their_case_spaces_and_composition() -> None:
    assert name_key("A\u030ase  ÅS ") == name_key("åse ås")
    assert group_key("5 a") == group_key("5A")


def test_one_on_each_side_is_the_same_pupil() -> None:
    pupil = known("Åse Ås")
    meetings = meet([listed(2, "åse ås"), listed(3, "Ny Elev")], [pupil, known("Ola Li")])
    assert [meeting.match for meeting in meetings] == [Match.KNOWN, Match.NEW]
    assert settle(meetings, [])[0].known == pupil


def test_several_on_either_side_are_asked_about() -> None:
    twins = [known("Ola Li"), known("Ola Li")]
    assert meet([listed(2, "Ola Li")], twins)[0].match is Match.AMBIGUOUS
    both = meet([listed(2, "Ola Li"), listed(3, "Ola Li")], twins[:1])
    assert [meeting.match for meeting in both] == [Match.AMBIGUOUS] * 2


def test_a_decision_settles_what_is_ambiguous() -> None:
    twins = [known("Ola Li"), known("Ola Li")]
    meetings = meet([listed(2, "Ola Li")], twins)
    assert settle(meetings, [Decision(2, twins[1].pupil_id)])[0].known == twins[1]
    assert settle(meetings, [Decision(2, None)])[0].known is None
    for wrong in ([], [Decision(3, None)], [Decision(2, IDS.new(PupilId))]):
        with pytest.raises(ImportUndecided) as refused:
            settle(meetings, wrong)
        assert refused.value.details == {"row": "2"}


def test_a_decision_about_what_is_no_longer_ambiguous_is_refused() -> None:
    meetings = meet([listed(2, "Ola Li")], [])
    with pytest.raises(RosterChangedMeanwhile):
        settle(meetings, [Decision(2, IDS.new(PupilId))])
