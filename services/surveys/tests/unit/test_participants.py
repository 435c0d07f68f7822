"""Who takes part, who sees the names, and pupils who join or leave (SPEC I4, I5)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from samspill_kit.ids import ParticipantId, PupilId
from samspill_surveys.domain import errors
from samspill_surveys.domain.events import ParticipantsChanged
from samspill_surveys.domain.participants import (
    MOST_PARTICIPANTS,
    Card,
    ParticipantList,
    RosterPupil,
)
from services.surveys.tests.fake_service import (
    COLLEAGUE,
    LEADER,
    STRANGER,
    TEACHER,
    FakeService,
    pupil,
    reader_of,
)
from services.surveys.tests.fakes import FakeSeal, OtherServiceDown


async def test_names_come_in_norwegian_order(service: FakeService) -> None:
    survey = await service.given_open()

    listed = await service.list_participants(survey.id, by=TEACHER)

    assert [person.card.name for person in listed.people] == ["Ada", "Zara", "Ørjan", "Åse"]


async def test_creator_leader_and_reader_of_every_group_see_the_names(
    service: FakeService,
) -> None:
    survey = await service.given_open(group_ids=(service.class_6a, service.class_6b))

    for someone in (TEACHER, LEADER, reader_of(None)):
        assert len((await service.list_participants(survey.id, by=someone)).people) == 6
        assert [line.survey_id for line in await service.list_surveys(by=someone)] == [survey.id]
    refusals = (
        (COLLEAGUE, errors.SurveyNotYours),
        (reader_of(service.class_6a), errors.SurveyNotYours),
        (STRANGER, errors.SurveyNotFound),
    )
    for someone, refusal in refusals:
        with pytest.raises(refusal):
            await service.list_participants(survey.id, by=someone)
        with pytest.raises(refusal):
            await service.get_survey(survey.id, by=someone)
        assert await service.list_surveys(by=someone) == []


async def test_a_draft_shows_who_would_read_it_and_no_names_yet(service: FakeService) -> None:
    draft = await service.given_draft()

    assert (await service.get_survey(draft.id, by=TEACHER)).readers == service.identity.readers
    assert (await service.list_participants(draft.id, by=TEACHER)).people == ()
    assert (await service.get_survey(draft.id, by=reader_of(None))).readers == ()


async def test_a_joiner_gets_the_next_number_and_a_leaver_keeps_theirs_for_a_return(
    service: FakeService,
) -> None:
    survey = await service.given_open()
    roster = service.identity.pupils[service.class_6a]
    leaver = roster.pop(0)
    roster.append(RosterPupil(PupilId(uuid4()), Card("Noor", None, (service.class_6a,))))
    was = {one.pupil_id: one for one in service.list_of(survey).everyone}

    change = await service.refresh_participants(survey.id, by=TEACHER)

    now = service.list_of(survey)
    assert (len(change.joined), change.left) == (1, (was[leaver.pupil_id].participant_id,))
    assert max(one.number for one in now.present) == 5
    assert now.version == 2
    assert service.responses.prepared[survey.id].list_version == 2
    assert set(service.responses.prepared[survey.id].participants) == {
        one.participant_id for one in now.present
    }
    assert service.stored(survey).participants == 4
    event = service.events[-1]
    assert isinstance(event, ParticipantsChanged)
    assert event.left == change.left

    roster.append(leaver)
    await service.refresh_participants(survey.id, by=TEACHER)
    back = {one.pupil_id: one for one in service.list_of(survey).present}[leaver.pupil_id]
    assert (back.participant_id, back.number) == (
        was[leaver.pupil_id].participant_id,
        was[leaver.pupil_id].number,
    )


async def test_nothing_new_tells_responses_again_but_no_one_else(service: FakeService) -> None:
    survey = await service.given_open()
    service.responses.prepared[survey.id].participants = ()

    change = await service.refresh_participants(survey.id, by=TEACHER)

    assert not change
    assert len(service.responses.prepared[survey.id].participants) == 4
    assert len(service.events) == 1


async def test_a_refresh_that_responses_missed_is_made_good_by_the_next(
    service: FakeService,
) -> None:
    survey = await service.given_open()
    service.identity.pupils[service.class_6a].append(
        RosterPupil(PupilId(uuid4()), Card("Noor", None, (service.class_6a,)))
    )
    service.responses.is_down = True
    with pytest.raises(OtherServiceDown):
        await service.refresh_participants(survey.id, by=TEACHER)
    service.responses.is_down = False

    await service.refresh_participants(survey.id, by=TEACHER)

    assert len(service.responses.prepared[survey.id].participants) == 5


async def test_a_renamed_pupil_has_the_new_name_and_is_nobody_new(service: FakeService) -> None:
    survey = await service.given_open()
    roster = service.identity.pupils[service.class_6a]
    roster[0] = RosterPupil(roster[0].pupil_id, Card("Åshild", None, (service.class_6a,)))

    change = await service.refresh_participants(survey.id, by=TEACHER)
    listed = await service.list_participants(survey.id, by=TEACHER)

    assert not change
    assert "Åshild" in [person.card.name for person in listed.people]


async def test_a_pupil_sees_the_form_with_readers_dates_and_names(service: FakeService) -> None:
    survey = await service.given_open()
    one = service.list_of(survey).present[0]

    form = await service.get_form(by=pupil(survey, one.participant_id))

    assert form.survey.readers == service.identity.readers
    assert len(form.people) == 4
    assert form.list_version == 1
    assert form.survey.shuffle_seed == survey.shuffle_seed


async def test_the_form_outlives_retention_while_the_key_is_held(service: FakeService) -> None:
    survey = await service.given_open()
    service.retention.is_down = True
    service.identity.is_down = True
    one = service.list_of(survey).present[0]

    assert len((await service.get_form(by=pupil(survey, one.participant_id))).people) == 4


async def test_a_pupil_taken_out_of_the_survey_gets_no_form(service: FakeService) -> None:
    survey = await service.given_open()
    leaver = service.identity.pupils[service.class_6a].pop(0)
    gone = next(one for one in service.list_of(survey).everyone if one.pupil_id == leaver.pupil_id)
    await service.refresh_participants(survey.id, by=TEACHER)

    with pytest.raises(errors.ParticipantNotInSurvey):
        await service.get_form(by=pupil(survey, gone.participant_id))


async def test_a_draft_has_no_form(service: FakeService) -> None:
    draft = await service.given_draft()
    service.responses.is_down = True
    with pytest.raises(OtherServiceDown):
        await service.open_survey(draft.id, by=TEACHER)

    with pytest.raises(errors.SurveyNotOpen):
        await service.get_form(by=pupil(draft, service.list_of(draft).present[0].participant_id))


def test_more_pupils_than_a_survey_may_have_are_refused() -> None:
    roster = [
        RosterPupil(PupilId(UUID(int=number)), Card("A", None, ()))
        for number in range(MOST_PARTICIPANTS + 1)
    ]

    with pytest.raises(errors.TooManyParticipants):
        ParticipantList().brought_up_to(
            roster, new_id=lambda: ParticipantId(uuid4()), seal=FakeSeal().seal
        )


async def test_each_survey_knows_a_pupil_under_another_id(service: FakeService) -> None:
    first = await service.given_open()
    service.clock.pass_time(timedelta(minutes=1))
    second = await service.given_open()

    ids = [
        {one.participant_id for one in service.list_of(survey).everyone}
        for survey in (first, second)
    ]
    assert not ids[0] & ids[1]


async def test_a_leader_finds_the_surveys_a_pupil_took_part_in(service: FakeService) -> None:
    survey = await service.given_open()
    ada = service.identity.pupils[service.class_6a][1].pupil_id

    (place,) = await service.list_participations(ada, by=LEADER)

    assert place.survey_id == survey.id
    assert await service.list_participations(ada, by=STRANGER) == []
    with pytest.raises(errors.NotForYou):
        await service.list_participations(ada, by=TEACHER)
