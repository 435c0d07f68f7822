"""Create schools, staff, grants, rosters, codes, sessions, the audit chain, locks, tombstones."""

from pathlib import Path
from typing import Final

from alembic import op

from samspill_kit.db.migration_ops import (
    begin,
    create_clock_record,
    create_inbox,
    jobs_may,
    role,
    tenant_table,
)

revision = "20261123_2155"
down_revision = None
branch_labels = None
depends_on = None

SQL: Final = Path(__file__).parents[1] / "sql"

OF_SCHOOL: Final = (
    *("staff_members", "grants", "groups", "pupils", "pupil_groups", "prepared_imports"),
    *("surveys", "survey_groups", "survey_readers", "access_codes", "pupil_sessions"),
    "survey_locks",
)
OF_SURVEY: Final = ("pupil_sessions", "access_codes", "survey_readers", "survey_groups")

# By the database's own clock and calendar: a second opinion beside the process' (SPEC T1, T7).
DUE: Final = "(now() AT TIME ZONE 'UTC')::date >= least(delete_on + 7, ceiling_on)"

FUNCTIONS: Final = ("enter_code", "find_pupil_session", "end_pupil_session")


def upgrade() -> None:
    begin()
    _run("tables_1.sql")
    for table in OF_SCHOOL:
        tenant_table(table)
    tenant_table("survey_tombstones", app="SELECT, INSERT, UPDATE")
    # The app role adds to the chain and reads it; nobody but the owner could change an entry.
    tenant_table("audit_entries", app="SELECT, INSERT")
    tenant_table("audit_heads", app="SELECT, INSERT, UPDATE")
    _let_hashes_be_looked_up()
    _open_what_belongs_to_no_school()
    create_inbox()
    create_clock_record()
    _let_jobs_erase_what_is_due()
    for function in FUNCTIONS:
        _run(f"{function}_1.sql")


def downgrade() -> None:
    begin()
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("clock_record", "dead_letters", "inbox", "audit_heads", "audit_entries"):
        op.drop_table(table)
    op.drop_table("survey_tombstones")
    for table in (*OF_SURVEY, "survey_locks", "surveys"):
        op.drop_table(table)
    for table in ("prepared_imports", "pupil_groups", "pupils", "groups", "grants"):
        op.drop_table(table)
    for table in ("staff_members", "staff_sessions", "sign_in_attempts", "signing_keys"):
        op.drop_table(table)
    for table in ("schools", "municipalities"):
        op.drop_table(table)


def _run(name: str) -> None:
    for statement in (SQL / name).read_text(encoding="utf-8").split("\n\n\n"):
        op.execute(statement)


def _let_hashes_be_looked_up() -> None:
    """Whoever knows a token or a code sees its row, in whichever school (ARCHITECTURE 6)."""
    for table, column in (
        ("access_codes", "code_hash"),
        ("pupil_sessions", "token_hash"),
        ("staff_sessions", "token_hash"),
        ("sign_in_attempts", "token_hash"),
    ):
        named = f"encode({column}, 'hex') = current_setting('app.lookup', true)"
        _policy(table, "lookup", named)


def _open_what_belongs_to_no_school() -> None:
    for table in ("staff_sessions", "sign_in_attempts"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role('app')}")
    for setting in ("provider_session", "staff_id"):
        named = f"{setting}::text = current_setting('app.{setting}', true)"
        _policy("staff_sessions", setting, named)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON municipalities, schools TO {role('app')}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON signing_keys TO {role('app')}")


def _policy(table: str, name: str, condition: str) -> None:
    op.execute(
        f"CREATE POLICY {name} ON {table} TO {role('app')}"
        f" USING ({condition}) WITH CHECK ({condition})"
    )


def _let_jobs_erase_what_is_due() -> None:
    jobs_may("surveys", "SELECT", columns=("school_id", "survey_id", "delete_on", "ceiling_on"))
    jobs_may("surveys", "DELETE", where=f"{DUE} OR {_has_tombstone('surveys')}")
    for table in (*OF_SURVEY, "survey_locks"):
        jobs_may(table, "SELECT", columns=("school_id", "survey_id"))
        is_due = f"EXISTS (SELECT FROM surveys s WHERE {_same('s', table)} AND {DUE})"
        jobs_may(table, "DELETE", where=f"{is_due} OR {_has_tombstone(table)}")
    jobs_may("survey_tombstones", "SELECT", "UPDATE")
    stands = f"EXISTS (SELECT FROM surveys s WHERE {_same('s', 'survey_tombstones')})"
    jobs_may("survey_tombstones", "INSERT", where=f"NOT {stands}")
    jobs_may("staff_sessions", "SELECT", columns=("token_hash", "started_at"))
    jobs_may("staff_sessions", "DELETE", where="started_at < now() - interval '10 hours'")
    jobs_may("sign_in_attempts", "SELECT", columns=("token_hash", "expires_at"))
    jobs_may("sign_in_attempts", "DELETE", where="expires_at < now()")
    jobs_may("prepared_imports", "SELECT", columns=("school_id", "import_id", "expires_at"))
    jobs_may("prepared_imports", "DELETE", where="expires_at < now()")


def _has_tombstone(table: str) -> str:
    return f"EXISTS (SELECT FROM survey_tombstones t WHERE {_same('t', table)})"


def _same(alias: str, table: str) -> str:
    return f"{alias}.school_id = {table}.school_id AND {alias}.survey_id = {table}.survey_id"
