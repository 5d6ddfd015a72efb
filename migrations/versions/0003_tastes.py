"""What communities like, as counts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = ("shown", "hoped", "agreed", "removed", "passed", "corrected", "used", "expected")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("prediction") as table:
        table.add_column(sa.Column("own", sa.JSON))
        table.add_column(
            sa.Column("offered", sa.Boolean, nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("feedback") as table:
        table.add_column(sa.Column("counted", sa.Float, nullable=False, server_default="0"))
    op.create_table(
        "taste",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in COUNTS),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_taste_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "emoji", name=op.f("pk_taste")),
    )
    op.create_index(op.f("ix_taste_changed_at"), "taste", ["changed_at"])
    op.create_table(
        "taste_voice",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_taste_voice_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "community_id", "day", "member", "emoji", name=op.f("pk_taste_voice")
        ),
    )
    op.create_index(op.f("ix_taste_voice_day"), "taste_voice", ["day"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_taste_voice_day"), table_name="taste_voice")
    op.drop_table("taste_voice")
    op.drop_index(op.f("ix_taste_changed_at"), table_name="taste")
    op.drop_table("taste")
    with op.batch_alter_table("feedback") as table:
        table.drop_column("counted")
    with op.batch_alter_table("prediction") as table:
        table.drop_column("offered")
        table.drop_column("own")
