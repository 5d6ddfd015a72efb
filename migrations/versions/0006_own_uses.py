"""Which emojis members used themselves today."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "taste_use",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_taste_use_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "community_id", "day", "emoji", "member", name=op.f("pk_taste_use")
        ),
    )
    op.create_index(op.f("ix_taste_use_day"), "taste_use", ["day"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_taste_use_day"), table_name="taste_use")
    op.drop_table("taste_use")
