"""What leaves the service: whole surveys, locked ones bare, events with ids alone."""

from uuid import uuid4

from samspill.surveys.v1 import surveys_pb2 as pb
from samspill_surveys.messaging.publish import SUBJECTS, event_to_pb
from samspill_surveys.rpc import convert
from services.surveys.tests.fake_service import SCHOOL, TEACHER, FakeService, pupil
from services.surveys.tests.fakes import NOW


async def test_a_survey_is_shown_whole_with_its_questions_in_three_languages(
    catalogue_service: FakeService,
) -> None:
    survey = await catalogue_service.given_open()

    shown = convert.survey_to_pb(survey, now=NOW)

    assert shown.state == pb.SURVEY_STATE_OPEN
    assert shown.band == pb.GRADE_BAND_5_7
    assert len(shown.questions) == 22
    assert len({question.question_id for question in shown.questions}) == 22
    for question in shown.questions:
        assert question.text.nb
        assert question.text.nn
        assert question.text.en
    assert shown.readers[0].display_name == "Kari Holm"
    assert shown.delete_on == "2027-06-30"


async def test_a_locked_survey_shows_its_title_and_dates_alone(
    catalogue_service: FakeService,
) -> None:
    survey = await catalogue_service.given_open()
    await catalogue_service.lock_survey(SCHOOL, survey.id)
    locked = await catalogue_service.get_survey(survey.id, by=TEACHER)

    shown = convert.survey_to_pb(locked, now=NOW)

    assert shown.state == pb.SURVEY_STATE_LOCKED
    assert (shown.title, shown.delete_on) == ("Trivsel i 6A", "2027-06-30")
    assert not shown.questions
    assert not shown.readers
    assert not shown.groups


async def test_the_form_names_readers_and_classmates(catalogue_service: FakeService) -> None:
    survey = await catalogue_service.given_open()
    one = catalogue_service.list_of(survey).present[0]

    form = convert.form_to_pb(
        await catalogue_service.get_form(by=pupil(survey, one.participant_id))
    )

    assert [person.name for person in form.participants] == ["Ada", "Zara", "Ørjan", "Åse"]
    assert form.shuffle_seed == survey.shuffle_seed
    assert list(form.group_names) == ["6A"]


def test_the_preventive_set_offers_no_question_that_names_peers_negatively() -> None:
    for band, questions in (
        (pb.GRADE_BAND_1_4, 12),
        (pb.GRADE_BAND_5_7, 22),
        (pb.GRADE_BAND_8_10, 28),
    ):
        request = pb.GetQuestionSetRequest(band=band, mode=pb.LEGAL_MODE_PREVENTIVE)
        offered = convert.question_set_to_pb(request)

        assert len(offered.questions) == questions
        for question in (*offered.questions, *offered.further_questions):
            assert not (question.names_peers and question.valence == "negative")


async def test_every_ready_set_can_be_made_into_a_preventive_survey(
    catalogue_service: FakeService,
) -> None:
    for band in convert.BANDS:
        draft = await catalogue_service.create_survey(
            catalogue_service.wish(), band=band, request_key=uuid4(), by=TEACHER
        )

        assert len(draft.plan.questions) == len(catalogue_service.bank.ready_set(band))


async def test_events_carry_ids_and_nothing_else(service: FakeService) -> None:
    survey = await service.given_open()
    service.identity.pupils[service.class_6a].pop()
    await service.refresh_participants(survey.id, by=TEACHER)
    await service.close_survey(survey.id, by=TEACHER)

    assert {type(event) for event in service.events} == set(SUBJECTS)
    for event in service.events:
        message = event_to_pb(event)
        written = message.SerializeToString().decode("utf-8", "replace")
        for name in ("Åse", "Ada", "Ørjan", "Zara", "Trivsel", "Kari"):
            assert name not in written
        assert message.school_id == str(SCHOOL)  # type: ignore[attr-defined]  # Each has it.
