"""Events about scored messages, and the positions from which a synchronization goes on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "related_event",
        sa.Column("prediction_id", sa.Integer, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
            name=op.f("fk_related_event_prediction_id_prediction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("prediction_id", "event", name=op.f("pk_related_event")),
    )
    op.create_index(op.f("ix_related_event_event"), "related_event", ["event"])
    op.create_index(op.f("ix_related_event_member"), "related_event", ["member"])
    op.create_table(
        "sync_position",
        sa.Column("receiver", sa.String(64), nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_sync_position")),
    )


def downgrade() -> None:
    """Drop both; the indexes go with them."""
    op.drop_table("sync_position")
    op.drop_table("related_event")
