"""Rules of communities, and the rule by which a message was answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the rules."""
    op.add_column(
        "community", sa.Column("rules_version", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("prediction", sa.Column("rule", sa.String(128), nullable=True))
    op.create_table(
        "rule",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("pattern", sa.String(128), nullable=False),
        sa.Column("emojis", sa.JSON, nullable=False),
        sa.Column("chance", sa.Float, nullable=False),
        sa.Column("chats", sa.JSON, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_rule_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "number", name=op.f("pk_rule")),
    )


def downgrade() -> None:
    """Drop the rules."""
    op.drop_table("rule")
    op.drop_column("prediction", "rule")
    op.drop_column("community", "rules_version")
