"""Read models: lists that need no rules to be read."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from samspill_kit.db import Database
from samspill_kit.ids import GroupId, ParticipantId, PupilId, SchoolId, StaffId, SurveyId
from samspill_surveys.domain.ports import Participation, SurveyOverview
from samspill_surveys.domain.survey import SurveyGroup, SurveyState

_OVERVIEW = sa.text(
    """
    select s.survey_id, s.title, s.state, s.participants, s.closes_at, s.delete_on, s.created_by,
           exists (select from survey_locks l
                   where l.school_id = s.school_id and l.survey_id = s.survey_id) as is_locked,
           (select count(*) from survey_questions q
            where q.school_id = s.school_id and q.survey_id = s.survey_id) as questions,
           g.ids as group_ids, g.names as group_names
    from surveys s
    cross join lateral (
        select array_agg(group_id order by position) as ids, array_agg(name order by position) as
        names
        from survey_groups sg where sg.school_id = s.school_id and sg.survey_id = s.survey_id
    ) g
    where s.school_id = :school_id
    order by s.created_at desc, s.survey_id
    """
)


_OF_PUPIL = sa.text(
    """
    select s.survey_id, p.participant_id, s.title, s.state, s.closes_at
    from survey_participants p
    join surveys s on s.school_id = p.school_id and s.survey_id = p.survey_id
    where p.school_id = :school_id and p.pupil_id = :pupil_id
    order by s.created_at desc, s.survey_id
    """
)


class SqlSurveyIndex:
    """Every survey of a school in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_school(self, school_id: SchoolId) -> Sequence[SurveyOverview]:
        async with self._database.scope([school_id]) as session:
            found = await session.execute(_OVERVIEW, {"school_id": school_id.value})
            return [_overview(row) for row in found]

    async def of_pupil(self, school_id: SchoolId, pupil_id: PupilId) -> Sequence[Participation]:
        wanted = {"school_id": school_id.value, "pupil_id": pupil_id.value}
        async with self._database.scope([school_id]) as session:
            found = await session.execute(_OF_PUPIL, wanted)
            return [
                Participation(
                    SurveyId(row.survey_id),
                    ParticipantId(row.participant_id),
                    row.title,
                    SurveyState(row.state),
                    row.closes_at,
                )
                for row in found
            ]


def _overview(row: sa.Row[Any]) -> SurveyOverview:
    return SurveyOverview(
        survey_id=SurveyId(row.survey_id),
        title=row.title,
        state=SurveyState(row.state),
        is_locked=row.is_locked,
        groups=tuple(
            SurveyGroup(GroupId(group_id), name)
            for group_id, name in zip(row.group_ids, row.group_names, strict=True)
        ),
        participants=row.participants,
        questions=row.questions,
        closes_at=row.closes_at,
        delete_on=row.delete_on,
        created_by=StaffId(row.created_by),
    )
