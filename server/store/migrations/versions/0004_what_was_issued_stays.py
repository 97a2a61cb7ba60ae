"""What was issued or given as a reason never changes; every organisation has a salt for people's keys."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FOR_GOOD = {
    "frozen_report": (
        "id",
        "title",
        "first_day",
        "last_day",
        "scope",
        "body",
        "digest",
        "clinical_only",
        "file_digests",
        "pdf",
        "xlsx",
        "csv",
        "frozen_at",
        "frozen_by",
    ),
    "restricted_opening": ("log_sequence", "visit_id", "team_id", "member_id", "opened_at", "reason"),
    "letter": ("id", "year", "number", "visit_id", "team_id", "records", "content", "pdf", "digest"),
}
"""Columns that no one changes once the row is there; the row itself is never deleted."""


def upgrade() -> None:
    op.execute(
        sa.text("UPDATE organization SET person_salt = :salt WHERE person_salt = ''").bindparams(
            salt=secrets.token_urlsafe(32)
        )
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION issued_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'what was issued is not changed'; END $$"
        )
    for table, columns in _FOR_GOOD.items():
        if postgresql:
            op.execute(
                f"CREATE TRIGGER {table}_stays BEFORE DELETE OR UPDATE OF {', '.join(columns)} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION issued_refuse()"
            )
            continue
        for name, event in (("deleted", "DELETE"), ("changed", f"UPDATE OF {', '.join(columns)}")):
            op.execute(
                f"CREATE TRIGGER {table}_not_{name} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'what was issued is not changed'); END"
            )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _FOR_GOOD:
        if postgresql:
            op.execute(f"DROP TRIGGER {table}_stays ON {table}")
        else:
            op.execute(f"DROP TRIGGER {table}_not_deleted")
            op.execute(f"DROP TRIGGER {table}_not_changed")
    if postgresql:
        op.execute("DROP FUNCTION issued_refuse()")
