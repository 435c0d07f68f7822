"""Show a leader the audit chain and whether it is whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from samspill_identity.domain.audit import AuditFilter, AuditView, KeptHead, first_break
from samspill_identity.domain.grants import demand_auditor
from samspill_identity.domain.outside import HeadKeeper
from samspill_identity.domain.ports import Begin, Work
from samspill_identity.domain.readings import READINGS
from samspill_kit.errors import Unavailable
from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ListAuditEntries:
    """For leaders alone; the whole chain is checked each time, also against the copy of an earlier
    head that retention keeps (SPEC I8).
    """

    begin: Begin
    keeper: HeadKeeper

    async def __call__(self, wanted: AuditFilter, limit: int, *, by: StaffPrincipal) -> AuditView:
        demand_auditor(by)
        copy = await self._copy(by.school_id)
        async with self.begin(by.school_id) as work:
            view = await self._checked(work, copy)
            found = await work.audit.newest(wanted, limit + 1)
        shown, more = found[:limit], found[limit:]
        next_before = shown[-1].sequence if more else None
        return AuditView(shown, view.names, view.broken_by, view.copy_kept_at, next_before)

    async def about(
        self, places: Mapping[SurveyId, ParticipantId], *, by: StaffPrincipal
    ) -> AuditView:
        """Who has read about one pupil, given the pupil's places in surveys."""
        demand_auditor(by)
        copy = await self._copy(by.school_id)
        async with self.begin(by.school_id) as work:
            view = await self._checked(work, copy)
            found = await work.audit.readings(places, READINGS)
        return AuditView(found, view.names, view.broken_by, view.copy_kept_at)

    async def _checked(self, work: Work, copy: KeptHead | None) -> AuditView:
        # Held first: an entry that is appended meanwhile would look like a forged one.
        head = await work.audit.head()
        chain = [entry async for entry in work.audit.all()]
        names = {one.staff_id: one.display_name for one in await work.colleagues.all()}
        broken_by = first_break(chain, head, copy.head if copy else None)
        return AuditView((), names, broken_by, copy.kept_at if copy else None)

    async def _copy(self, school_id: SchoolId) -> KeptHead | None:
        try:
            return await self.keeper.of(school_id)
        except Unavailable:
            # The page says that nothing was compared; the chain itself is checked all the same.
            return None
