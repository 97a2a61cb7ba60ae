"""Who answered through a link, as one key; databases that were given the opinions still of use."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.types import UtcDateTime

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "opinion_database",
        sa.Column("database", sa.String(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("database"),
    )
    with op.batch_alter_table("opinion") as batch:
        batch.add_column(sa.Column("physician_key", sa.String(), nullable=True))
    # As they were counted until now; the next start derives the rows again (server/projection/version.py).
    op.execute("UPDATE opinion SET physician_key = coalesce('rpps:' || rpps, 'name:' || lower(signed_name))")
    with op.batch_alter_table("opinion") as batch:
        batch.alter_column("physician_key", existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("opinion") as batch:
        batch.drop_column("physician_key")
    op.drop_table("opinion_database")
