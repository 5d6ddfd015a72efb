"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "community",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint(
            "platform", "external_id", name=op.f("uq_community_platform_external_id")
        ),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "platform", "member", "version", name=op.f("uq_consent_platform_member_version")
        ),
    )
    op.create_table(
        "opt_out",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "member", name=op.f("pk_opt_out")),
    )
    op.create_table(
        "chat_setting",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_chat_setting_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_setting")),
        sa.UniqueConstraint(
            "community_id", "chat", "key", name=op.f("uq_chat_setting_community_id_chat_key")
        ),
    )
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("artifact", sa.String(128), nullable=False),
        sa.Column("top", sa.JSON, nullable=False),
        sa.Column("chosen", sa.JSON, nullable=False),
        sa.Column("skip", sa.String(32), nullable=True),
        sa.Column("refusal", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_prediction_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
        sa.UniqueConstraint(
            "community_id", "chat", "message", name=op.f("uq_prediction_community_id_chat_message")
        ),
    )
    op.create_index(op.f("ix_prediction_author"), "prediction", ["author"])
    op.create_index(op.f("ix_prediction_created_at"), "prediction", ["created_at"])

    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("prediction_id", sa.Integer, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
            name=op.f("fk_feedback_prediction_id_prediction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "prediction_id",
            "actor",
            "kind",
            "emoji",
            name=op.f("uq_feedback_prediction_id_actor_kind_emoji"),
        ),
    )
    op.create_index(op.f("ix_feedback_actor"), "feedback", ["actor"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_feedback_actor"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_prediction_created_at"), table_name="prediction")
    op.drop_index(op.f("ix_prediction_author"), table_name="prediction")
    op.drop_table("prediction")
    op.drop_table("chat_setting")
    op.drop_table("opt_out")
    op.drop_table("consent")
    op.drop_table("community")
