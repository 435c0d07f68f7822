"""The use cases of retention over fakes, with a clock that tests move."""

from __future__ import annotations

from datetime import timedelta

from samspill_kit.crypto import derive
from samspill_kit.principal import StaffPrincipal
from samspill_kit.testing.clocks import SetClock
from samspill_retention.domain.deletion import Deletion
from samspill_retention.usecases.advance_deletion import AdvanceDeletion
from samspill_retention.usecases.begin_due_deletions import BeginDueDeletions
from samspill_retention.usecases.change_delete_on import ChangeDeleteOn
from samspill_retention.usecases.delete_survey import DeleteSurvey
from samspill_retention.usecases.issue_keys import IssueSurveyKey
from samspill_retention.usecases.lock_everywhere import LockEverywhere
from samspill_retention.usecases.note_closing import NoteClosing
from samspill_retention.usecases.read_deletions import ReadDeletions
from samspill_retention.usecases.register_survey import RegisterSurvey
from samspill_retention.usecases.take_back_deletion import TakeBackDeletion
from samspill_retention.usecases.unlock_everywhere import UnlockEverywhere
from services.retention.tests.fakes import FakeErasers, FakeKeyStore, FakeSigner, FakeStorage
from services.retention.tests.sample import LAST_DAY, NOW, School

LEASE = timedelta(minutes=60)


class FakeService:
    """One school with one registered survey."""

    def __init__(self) -> None:
        self.clock = SetClock(NOW)
        self.school = School()
        self.storage = FakeStorage(self.clock)
        self.keys = FakeKeyStore()
        self.erasers = FakeErasers()
        begin = self.storage.begin
        self.register = RegisterSurvey(begin, self.keys, self.clock)
        self.change_delete_on = ChangeDeleteOn(begin)
        self.lock = LockEverywhere(begin, self.erasers, self.clock)
        self.unlock = UnlockEverywhere(begin, self.erasers, self.clock)
        self.delete_survey = DeleteSurvey(begin, self.lock, self.clock)
        self.take_back_deletion = TakeBackDeletion(begin, self.unlock, self.clock)
        self.begin_due = BeginDueDeletions(begin, self.storage, self.clock)
        self.issue = IssueSurveyKey(begin, self.keys, derive)
        self.read = ReadDeletions(begin)
        self.note_closing = NoteClosing(begin)
        self.advance_deletion = AdvanceDeletion(
            begin,
            self.lock,
            self.unlock,
            self.erasers,
            self.keys,
            FakeSigner(),
            self.clock,
            LEASE,
        )

    async def registered(self) -> FakeService:
        school = self.school
        await self.register(
            school.id, school.survey_id, created_by=school.creator_id, delete_on=LAST_DAY
        )
        return self

    async def delete(self, *, at_once: bool = False, by: StaffPrincipal | None = None) -> Deletion:
        who = by or self.school.creator
        return await self.delete_survey(self.school.survey_id, at_once=at_once, by=who)

    async def take_back(self, by: StaffPrincipal | None = None) -> Deletion:
        return await self.take_back_deletion(self.school.survey_id, by=by or self.school.creator)

    async def advance(self, after: timedelta = timedelta()) -> Deletion:
        """Let time pass, then let the saga take its steps."""
        self.clock.advance(after)
        return await self.advance_deletion(self.school.id, self.school.survey_id)

    async def issued(self, purpose: str = "answers", *, caller: str = "responses") -> bytes:
        return await self.issue(self.school.id, self.school.survey_id, purpose, caller=caller)
