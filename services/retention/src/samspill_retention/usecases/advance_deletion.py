"""A deletion goes on: lock, destroy the key, remove the rows, sign the receipt (SPEC T4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from samspill_kit.clock import Clock
from samspill_kit.errors import DomainError
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.logging import get_logger
from samspill_retention.domain.deletion import Deletion, DeletionState
from samspill_retention.domain.errors import SurveyNotFound
from samspill_retention.domain.ports import Begin, Erasers, KeyStore, ReceiptSigner

from .lock_everywhere import LockEverywhere
from .unlock_everywhere import UnlockEverywhere

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AdvanceDeletion:
    """Takes as many steps as can be taken now. Every step is safe to repeat after a crash."""

    begin: Begin
    lock_everywhere: LockEverywhere
    unlock_everywhere: UnlockEverywhere
    erasers: Erasers
    keys: KeyStore
    signer: ReceiptSigner
    clock: Clock
    lease_for: timedelta

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> Deletion:
        deletion = await self._current(school_id, survey_id)
        if deletion.state is DeletionState.TAKEN_BACK:
            return await self.unlock_everywhere(school_id, survey_id)
        if deletion.state is DeletionState.LOCKING:
            deletion = await self.lock_everywhere(school_id, survey_id)
        if deletion.may_destroy_key(now=self.clock.now()) and not deletion.key_destroyed_at:
            deletion = await self._destroy_key(deletion)
        if deletion.state is DeletionState.KEY_DESTROYED:
            deletion = await self._erase_rows(deletion)
        if deletion.may_sign_receipt(now=self.clock.now()) and not deletion.receipt:
            deletion = await self._sign_receipt(deletion)
        return deletion

    async def _current(self, school_id: SchoolId, survey_id: SurveyId) -> Deletion:
        async with self.begin(school_id) as work:
            deletion = await work.deletions.find(survey_id)
        if deletion is None:
            raise SurveyNotFound(survey_id=str(survey_id))
        return deletion

    async def _destroy_key(self, deletion: Deletion) -> Deletion:
        async with self.begin(deletion.school_id) as work:
            current = await work.deletions.find(deletion.survey_id, for_update=True)
            # Taken back by somebody between the two reads: the row lock decides.
            if current is None or not current.may_destroy_key(now=self.clock.now()):
                return deletion
            # The key goes first: a crash before the commit destroys it again, changing nothing. It
            # goes under the row lock, which may wait for Vault (docs/decisions/0023): between a
            # decision and the destruction nobody can take the deletion back.
            await self.keys.destroy_survey_key(current.survey_id)
            current.key_destroyed(at=self.clock.now(), lease_for=self.lease_for)
            await work.deletions.save(current)
            await work.commit()
        log.info("Survey key destroyed", survey_id=str(current.survey_id))
        return current

    async def _erase_rows(self, deletion: Deletion) -> Deletion:
        counts: dict[str, Mapping[str, int]] = {}
        for service in (name for name, each in deletion.services.items() if not each.erased_at):
            try:
                counts[service] = await self.erasers.erase(
                    service, deletion.school_id, deletion.survey_id
                )
            except DomainError as error:
                log.warning(
                    "A service has not erased a survey yet",
                    service=service,
                    survey_id=str(deletion.survey_id),
                    error=error.code,
                )
        async with self.begin(deletion.school_id) as work:
            current = await work.deletions.find(deletion.survey_id, for_update=True)
            assert current is not None
            if current.state is not DeletionState.KEY_DESTROYED:
                return current  # Another replica was here, and has told it.
            for service, rows in counts.items():
                current.services[service].erased_at = self.clock.now()
                current.services[service].rows = rows
            if current.is_erased:
                await work.lifetimes.remove(current.survey_id)
                work.tell_erased(current)
            await work.deletions.save(current)
            await work.commit()
        return current

    async def _sign_receipt(self, deletion: Deletion) -> Deletion:
        async with self.begin(deletion.school_id) as work:
            current = await work.deletions.find(deletion.survey_id, for_update=True)
            assert current is not None
            if current.receipt:
                return current
            current.receipt = self.signer.sign(current.receipt_document(at=self.clock.now()))
            await work.deletions.save(current)
            await work.commit()
        log.info("Deletion receipt signed", survey_id=str(current.survey_id))
        return current
