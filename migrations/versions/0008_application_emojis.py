"""Meanings of the emojis of a bot's own application."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "application_emoji",
        sa.Column("emoji_id", sa.String(64), nullable=False),
        sa.Column("stands_for", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("emoji_id", name=op.f("pk_application_emoji")),
    )


def downgrade() -> None:
    """Drop the table; the emojis themselves are on the platform."""
    op.drop_table("application_emoji")
