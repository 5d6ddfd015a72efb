"""Leases by which processes share out the shards of Discord."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the leases."""
    op.create_table(
        "shard_lease",
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("shard_count", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("shard", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("acquired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session", sa.JSON, nullable=True),
        sa.PrimaryKeyConstraint("bot", "shard_count", "shard", name=op.f("pk_shard_lease")),
    )


def downgrade() -> None:
    """Drop the leases."""
    op.drop_table("shard_lease")
