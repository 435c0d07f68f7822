"""Between the contract's messages and the domain's values."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from samspill.surveys.v1 import surveys_pb2 as pb
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import GroupId
from samspill_kit.principal import Level
from samspill_surveys import catalogue
from samspill_surveys.domain.errors import DeleteOnMalformed
from samspill_surveys.domain.participants import Gender, PersonOnList
from samspill_surveys.domain.ports import Participation, SurveyOverview
from samspill_surveys.domain.question import Choice, ChosenQuestion, LegalMode
from samspill_surveys.domain.survey import Reader, Survey, SurveyGroup, SurveyState
from samspill_surveys.usecases.draft import DraftWish
from samspill_surveys.usecases.get_form import Form

STATES: Final = {
    SurveyState.DRAFT: pb.SURVEY_STATE_DRAFT,
    SurveyState.OPEN: pb.SURVEY_STATE_OPEN,
    SurveyState.CLOSED: pb.SURVEY_STATE_CLOSED,
}
MODES: Final = {
    LegalMode.PREVENTIVE: pb.LEGAL_MODE_PREVENTIVE,
    LegalMode.SUSPICION: pb.LEGAL_MODE_SUSPICION,
}
MODES_FROM_PB: Final = {value: mode for mode, value in MODES.items()}
BANDS: Final = {
    "1-4": pb.GRADE_BAND_1_4,
    "5-7": pb.GRADE_BAND_5_7,
    "8-10": pb.GRADE_BAND_8_10,
}
BANDS_FROM_PB: Final = {value: band for band, value in BANDS.items()}
GENDERS: Final = {
    Gender.GIRL: pb.PARTICIPANT_GENDER_GIRL,
    Gender.BOY: pb.PARTICIPANT_GENDER_BOY,
    None: pb.PARTICIPANT_GENDER_UNSPECIFIED,
}
LEVELS_FROM_NUMBER: Final = dict(enumerate(Level, start=1))
"""The contract counts levels as identity's ReadLevel does."""

KINDS: Final = {
    "single_choice": pb.QUESTION_KIND_SINGLE_CHOICE,
    "multiple_choice": pb.QUESTION_KIND_MULTIPLE_CHOICE,
    "scale_faces": pb.QUESTION_KIND_SCALE_FACES,
    "scale_frequency": pb.QUESTION_KIND_SCALE_FREQUENCY,
    "scale_agreement": pb.QUESTION_KIND_SCALE_AGREEMENT,
    "free_text": pb.QUESTION_KIND_FREE_TEXT,
    "nomination": pb.QUESTION_KIND_NOMINATION,
}


def wish_from_pb(request: pb.CreateSurveyRequest | pb.ChangeSurveyRequest) -> DraftWish:
    return DraftWish(
        title=request.title,
        mode=MODES_FROM_PB[request.mode],
        group_ids=tuple(GroupId.parse(group_id) for group_id in request.group_ids),
        closes_at=request.closes_at.ToDatetime(tzinfo=UTC),
        delete_on=_day(request.delete_on),
        questions=tuple(
            Choice(
                choice.catalogue_key,
                choice.max_nominees if choice.HasField("max_nominees") else None,
            )
            for choice in request.questions
        ),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise DeleteOnMalformed(field="delete_on") from error


def survey_to_pb(survey: Survey, *, now: datetime) -> pb.Survey:
    """The whole survey; of a locked one its title and dates alone."""
    shown = pb.Survey(
        survey_id=str(survey.id),
        title=survey.plan.title,
        state=pb.SURVEY_STATE_LOCKED if survey.is_locked else STATES[survey.state_at(now)],
        closes_at=timestamp_of(survey.plan.closes_at),
        opened_at=timestamp_of(survey.opened_at),
        closed_at=timestamp_of(survey.closed_at),
        delete_on=survey.plan.lifetime.delete_on.isoformat(),
        created_by=str(survey.created_by),
        created_at=timestamp_of(survey.created_at),
        version=survey.version,
    )
    if not survey.is_locked:
        shown.MergeFrom(_contents_of(survey))
    return shown


def _contents_of(survey: Survey) -> pb.Survey:
    return pb.Survey(
        mode=MODES[survey.plan.mode],
        band=BANDS[survey.band],
        groups=groups_to_pb(survey.plan.groups),
        questions=questions_to_pb(survey.plan.questions, band=survey.band),
        readers=readers_to_pb(survey.readers),
        participants=survey.participants,
    )


def groups_to_pb(groups: Iterable[SurveyGroup]) -> list[pb.SurveyGroup]:
    return [pb.SurveyGroup(group_id=str(group.group_id), name=group.name) for group in groups]


def readers_to_pb(readers: Iterable[Reader]) -> list[pb.SurveyReader]:
    return [
        pb.SurveyReader(
            display_name=reader.display_name, role=reader.role, staff_id=str(reader.staff_id)
        )
        for reader in readers
    ]


def overview_to_pb(line: SurveyOverview, *, now: datetime) -> pb.SurveySummary:
    return pb.SurveySummary(
        survey_id=str(line.survey_id),
        title=line.title,
        state=pb.SURVEY_STATE_LOCKED if line.is_locked else STATES[line.state_at(now)],
        group_names=[group.name for group in line.groups],
        participants=line.participants,
        closes_at=timestamp_of(line.closes_at),
        delete_on=line.delete_on.isoformat(),
        created_by=str(line.created_by),
        questions=line.questions,
    )


def participation_to_pb(place: Participation, *, now: datetime) -> pb.Participation:
    return pb.Participation(
        survey_id=str(place.survey_id),
        participant_id=str(place.participant_id),
        title=place.title,
        state=STATES[place.state_at(now)],
    )


def person_to_pb(person: PersonOnList) -> pb.Participant:
    return pb.Participant(
        participant_id=str(person.participant_id),
        name=person.card.name,
        number=person.number,
        gender=GENDERS[person.card.gender],
        group_ids=[str(group_id) for group_id in person.card.group_ids],
    )


def form_to_pb(form: Form) -> pb.GetFormResponse:
    survey = form.survey
    return pb.GetFormResponse(
        title=survey.plan.title,
        state=STATES[form.state],
        mode=MODES[survey.plan.mode],
        band=BANDS[survey.band],
        questions=questions_to_pb(survey.plan.questions, band=survey.band),
        readers=readers_to_pb(survey.readers),
        closes_at=timestamp_of(survey.plan.closes_at),
        delete_on=survey.plan.lifetime.delete_on.isoformat(),
        participants=[person_to_pb(person) for person in form.people],
        list_version=form.list_version,
        group_names=[group.name for group in survey.plan.groups],
        shuffle_seed=survey.shuffle_seed,
        languages=survey.languages,
    )


def questions_to_pb(questions: Iterable[ChosenQuestion], *, band: str) -> list[pb.Question]:
    """The survey's questions in the words that their version has for the band."""
    return [
        entry_to_pb(
            catalogue.question(question.entry.key, question.entry.version),
            band=band,
            question_id=str(question.question_id),
            max_nominees=question.max_nominees,
        )
        for question in questions
    ]


def question_set_to_pb(request: pb.GetQuestionSetRequest) -> pb.GetQuestionSetResponse:
    """The ready set and the bank's further questions, without those that the mode forbids."""
    band = BANDS_FROM_PB[request.band]
    ready = catalogue.ready_set(band)
    further = catalogue.further_questions(band)
    if MODES_FROM_PB[request.mode] is LegalMode.PREVENTIVE:
        further = tuple(entry for entry in further if not entry.is_suspicion_only)
    return pb.GetQuestionSetResponse(
        set_version=ready.name,
        questions=[entry_to_pb(entry, band=band) for entry in ready.questions],
        further_questions=[entry_to_pb(entry, band=band) for entry in further],
    )


def entry_to_pb(
    entry: catalogue.Question,
    *,
    band: str,
    question_id: str = "",
    max_nominees: int | None = None,
) -> pb.Question:
    wording = entry.wording(band)
    return pb.Question(
        question_id=question_id,
        catalogue_key=entry.key,
        catalogue_version=entry.version,
        theme=entry.theme,
        kind=KINDS[entry.kind],
        text=_local(wording.text),
        help=_local(wording.help) if wording.help else None,
        options=[
            pb.QuestionOption(key=option.key, text=_local(option.text))
            for option in wording.options
        ],
        max_nominees=entry.max_nominees if max_nominees is None else max_nominees,
        names_peers=entry.names_peers,
        valence=entry.valence,
    )


def _local(text: catalogue.LocalText) -> pb.LocalText:
    return pb.LocalText(nb=text.nb, nn=text.nn, en=text.en)
