"""One transaction of the identity service."""

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
