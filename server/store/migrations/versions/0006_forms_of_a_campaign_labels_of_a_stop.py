"""Campaigns have several forms and settings, forms are published here, stops have a theme and labels."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.types import UtcDateTime

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "published_form",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("url", "version"),
    )
    op.create_table(
        "campaign_form",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("campaign_id", "url"),
    )
    op.create_table(
        "campaign_setting",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("form_url", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("campaign_id", "form_url", "link_id"),
    )
    op.add_column("stop", sa.Column("theme", sa.String(), nullable=True))
    op.add_column("stop", sa.Column("label_seed", sa.String(), nullable=True))
    op.add_column("stop", sa.Column("label_count", sa.Integer(), server_default="0", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        # The function is that of revision 0004.
        op.execute(
            "CREATE TRIGGER published_form_stays BEFORE DELETE OR UPDATE ON published_form "
            "FOR EACH ROW EXECUTE FUNCTION issued_refuse()"
        )
        return
    for name, event in (("deleted", "DELETE"), ("changed", "UPDATE")):
        op.execute(
            f"CREATE TRIGGER published_form_not_{name} BEFORE {event} ON published_form "
            "BEGIN SELECT RAISE(ABORT, 'what was issued is not changed'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER published_form_stays ON published_form")
    for column in ("label_count", "label_seed", "theme"):
        op.drop_column("stop", column)
    for table in ("campaign_setting", "campaign_form", "published_form"):
        op.drop_table(table)
