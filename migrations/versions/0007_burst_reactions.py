"""Burst reactions beside other feedback of the same member."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column; so far no burst reaction was told from others."""
    op.add_column(
        "feedback",
        sa.Column("also_burst", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop the column, and make reactions of burst reactions, which were not known before."""
    op.execute("UPDATE feedback SET source = 'reaction' WHERE source = 'burst'")
    op.drop_column("feedback", "also_burst")
