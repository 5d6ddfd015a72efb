"""Which updates are taken care of, and what communities were told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "delivery",
        sa.Column("receiver", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("receiver", "number", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_claimed_at"), "delivery", ["claimed_at"])
    op.create_table(
        "notice",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_notice_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "name", name=op.f("pk_notice")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("notice")
    op.drop_index(op.f("ix_delivery_claimed_at"), table_name="delivery")
    op.drop_table("delivery")
