"""A card and a device are a tablet's or a hub's."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("enrolment_card", "device")


def upgrade() -> None:
    kind = sa.Enum("tablet", "hub", name="devicekind", native_enum=False, length=40)
    for table in _TABLES:
        op.add_column(table, sa.Column("kind", kind, nullable=False, server_default="tablet"))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "kind")
