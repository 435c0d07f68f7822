"""What every implementation of Work, Lifetimes, Deletions and Agenda promises (SPEC T1, T4, I4)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention.domain.deletion import SERVICES, Deletion, DeletionState, Receipt
from samspill_retention.domain.ports import Agenda, Begin
from services.retention.tests.sample import LAST_DAY, NOW, School


async def registered(begin: Begin, school: School) -> School:
    async with begin(school.id) as work:
        await work.lifetimes.add(school.lifetime())
        await work.commit()
    return school


async def saved(begin: Begin, deletion: Deletion) -> Deletion:
    async with begin(deletion.school_id) as work:
        await work.deletions.save(deletion)
        await work.commit()
    return deletion


async def found(begin: Begin, school_id: SchoolId, survey_id: SurveyId) -> Deletion | None:
    async with begin(school_id) as work:
        return await work.deletions.find(survey_id)


def asked(school: School) -> Deletion:
    return Deletion.asked(school.id, school.survey_id, by=school.creator_id, at=NOW, at_once=False)


def whole_life(school: School) -> Deletion:
    """A deletion with every field set."""
    deletion = asked(school)
    for number, each in enumerate(deletion.services.values()):
        each.locked_at = NOW
        each.erased_at = NOW + timedelta(days=8)
        each.rows = {"participants": number}
    deletion.key_destroyed(at=NOW + timedelta(days=8), lease_for=timedelta(hours=1))
    deletion.receipt = Receipt('{"a":1}', "x.y.z", deletion.key_gone_after)
    return deletion


class WorkContract:
    """Subclasses give `begin`, and `agenda` at the last day of the sample."""

    async def test_what_was_registered_is_found_in_its_school_alone(self, begin: Begin) -> None:
        school = await registered(begin, School())
        async with begin(school.id) as work:
            assert await work.lifetimes.find(school.survey_id) == school.lifetime()
        async with begin(School().id) as work:
            assert await work.lifetimes.find(school.survey_id) is None

    async def test_adding_again_leaves_the_first(self, begin: Begin) -> None:
        school = await registered(begin, School())
        async with begin(school.id) as work:
            await work.lifetimes.add(school.lifetime(delete_on=NOW.date()))
            await work.commit()
        async with begin(school.id) as work:
            kept = await work.lifetimes.find(school.survey_id)
        assert kept is not None
        assert kept.delete_on == LAST_DAY

    async def test_a_changed_lifetime_is_kept_and_a_removed_one_is_gone(self, begin: Begin) -> None:
        school = await registered(begin, School())
        changed = school.lifetime().deleted_on(NOW.date())
        async with begin(school.id) as work:
            await work.lifetimes.save(changed)
            await work.commit()
        async with begin(school.id) as work:
            assert await work.lifetimes.find(school.survey_id) == changed
            await work.lifetimes.remove(school.survey_id)
            await work.commit()
        async with begin(school.id) as work:
            assert await work.lifetimes.find(school.survey_id) is None

    async def test_nothing_is_kept_without_a_commit(self, begin: Begin) -> None:
        school = School()
        async with begin(school.id) as work:
            await work.lifetimes.add(school.lifetime())
            await work.deletions.save(asked(school))
        async with begin(school.id) as work:
            assert await work.lifetimes.find(school.survey_id) is None
            assert await work.deletions.find(school.survey_id) is None

    async def test_a_deletion_comes_back_whole(self, begin: Begin) -> None:
        school = School()
        deletion = await saved(begin, whole_life(school))
        assert await found(begin, school.id, school.survey_id) == deletion
        assert deletion.state is DeletionState.RECEIPT_SIGNED

    async def test_a_deletion_is_found_in_its_school_alone(self, begin: Begin) -> None:
        school = School()
        await saved(begin, asked(school))
        assert await found(begin, School().id, school.survey_id) is None

    async def test_saving_again_replaces(self, begin: Begin) -> None:
        school = School()
        deletion = await saved(begin, asked(school))
        deletion.services["surveys"].locked_at = NOW
        await saved(begin, deletion)
        assert await found(begin, school.id, school.survey_id) == deletion

    async def test_the_newest_come_first_and_no_more_than_asked_for(self, begin: Begin) -> None:
        school = School()
        surveys = [SurveyId(uuid4()) for _ in range(3)]
        for days, survey_id in enumerate(surveys):
            at = NOW + timedelta(days=days)
            await saved(begin, Deletion.asked(school.id, survey_id, by=None, at=at, at_once=True))
        async with begin(school.id) as work:
            newest = await work.deletions.newest(limit=2)
        assert [each.survey_id for each in newest] == [surveys[2], surveys[1]]

    async def test_an_event_is_recorded_once(self, begin: Begin) -> None:
        event_id = str(uuid4())
        school = School()
        seen = []
        for _ in range(2):
            async with begin(school.id) as work:
                seen.append(await work.record(event_id))
                await work.commit()
        assert seen == [True, False]

    async def test_the_agenda_holds_what_waits_and_nothing_that_is_finished(
        self, begin: Begin, agenda: Agenda
    ) -> None:
        waiting, done, back = School(), School(), School()
        await saved(begin, asked(waiting))
        await saved(begin, whole_life(done))
        taken_back = asked(back)
        taken_back.take_back(at=NOW)
        await saved(begin, taken_back)
        unfinished = set(await agenda.unfinished_deletions())
        assert (waiting.id, waiting.survey_id) in unfinished
        assert (done.id, done.survey_id) not in unfinished
        # Taken back, and some service may still be locked.
        assert (back.id, back.survey_id) in unfinished
        for name in SERVICES:
            taken_back.services[name].locked_at = None
        await saved(begin, taken_back)
        assert (back.id, back.survey_id) not in await agenda.unfinished_deletions()

    async def test_the_agenda_holds_what_is_past_its_last_day(
        self, begin: Begin, agenda: Agenda
    ) -> None:
        due = await registered(begin, School())
        later = School()
        async with begin(later.id) as work:
            day = LAST_DAY + timedelta(days=1)
            await work.lifetimes.add(later.lifetime(delete_on=day))
            await work.commit()
        found = set(await agenda.due_lifetimes())
        assert (due.id, due.survey_id) in found
        assert (later.id, later.survey_id) not in found
