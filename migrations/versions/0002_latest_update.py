"""Order of the updates by which members change their feedback."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the table of the latest updates."""
    op.create_table(
        "latest_update",
        sa.Column("prediction_id", sa.Integer, nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
            name=op.f("fk_latest_update_prediction_id_prediction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("prediction_id", "member", name=op.f("pk_latest_update")),
    )
    op.create_index(op.f("ix_latest_update_applied_at"), "latest_update", ["applied_at"])


def downgrade() -> None:
    """Drop the table; its index goes with it."""
    op.drop_table("latest_update")
