"""One transaction of the identity service."""

from types import TracebackType

from samspill_identity import metrics
from samspill_identity.storage.audit import SqlAuditChain
from samspill_identity.storage.codes import SqlCodes
from samspill_identity.storage.erasures import SqlErasures
from samspill_identity.storage.roster import SqlRoster
from samspill_identity.storage.shares import SqlShares
from samspill_identity.storage.staff import SqlColleagues, SqlGrants
from samspill_identity.storage.surveys import SqlSurveys
from samspill_kit.db import UnitOfWork


class IdentityUnitOfWork(UnitOfWork):
    """Everything that identity keeps of one school."""

    surveys: SqlSurveys
    shares: SqlShares
    codes: SqlCodes
    grants: SqlGrants
    colleagues: SqlColleagues
    audit: SqlAuditChain
    roster: SqlRoster
    erasures: SqlErasures

    def opened(self) -> None:
        """Make the repositories of this transaction."""
        here = self.session, self.school_id
        self.surveys = SqlSurveys(*here)
        self.shares = SqlShares(*here)
        self.codes = SqlCodes(*here)
        self.grants = SqlGrants(*here)
        self.colleagues = SqlColleagues(*here)
        self.audit = SqlAuditChain(*here)
        self.roster = SqlRoster(*here)
        self.erasures = SqlErasures(*here)

    async def commit(self) -> None:
        """Make everything lasting; entries of the audit chain count from here."""
        await super().commit()
        metrics.AUDIT_ENTRIES.inc(self.audit.appended)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            metrics.AUDIT_FAILURES.inc(self.audit.appended)
        await super().__aexit__(kind, error, traceback)
