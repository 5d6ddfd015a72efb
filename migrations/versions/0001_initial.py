"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = (
    "shown",
    "expected_kept",
    "agreed",
    "removed",
    "passed_over",
    "corrected",
    "unprompted",
    "expected_chosen",
)


# Characters of which all emojis of Unicode consist: no letters of any script.
EMOJI_CHARACTERS = (
    "#*0-9\u00a9\u00ae\u200d\u203c\u2049\u20e3\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
    "\U000e0020-\U000e007f"
)


def upgrade() -> None:
    """Create all tables."""
    _create_communities()
    _create_members()
    _create_predictions()
    _create_preferences()
    _create_update_claims()


def _create_communities() -> None:
    """Create the communities, with their settings and the notices sent to them."""
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
        "admin_notice",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_admin_notice_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "name", name=op.f("pk_admin_notice")),
    )


def _create_members() -> None:
    """Create the members' decisions."""
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


def _create_predictions() -> None:
    """Create the predictions and the feedback on them."""
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("artifact_version", sa.String(128), nullable=False),
        sa.Column("predictions", sa.JSON, nullable=False),
        sa.Column("model_scores", sa.JSON, nullable=False),
        sa.Column("as_buttons", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("shown", sa.JSON, nullable=False),
        sa.Column("shown_weight", sa.Float, server_default="1", nullable=False),
        sa.Column("skip_reason", sa.String(32), nullable=True),
        sa.Column("refusal", sa.String(64), nullable=True),
        sa.Column("confidence_threshold", sa.Float, nullable=True),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("text", sa.Text, nullable=True),
        sa.Column("consent", sa.String(32), nullable=True),
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
        sa.Column("vote_weight", sa.Float, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
            name=op.f("fk_feedback_prediction_id_prediction"),
            ondelete="CASCADE",
        ),
        _emoji_check("feedback"),
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


def _emoji_check(table: str) -> sa.CheckConstraint:
    """Return the check that the column ``emoji`` holds an emoji, a custom one, or nothing."""
    if op.get_bind().dialect.name == "sqlite":
        condition = (
            f"length(emoji) <= 16 AND emoji NOT GLOB '*[^{EMOJI_CHARACTERS}]*'"
            " OR length(emoji) BETWEEN 4 AND 34 AND emoji GLOB ':*:'"
            " AND substr(emoji, 2, length(emoji) - 2) NOT GLOB '*[^A-Za-z0-9_]*'"
        )
    else:
        # A colon before a word would be a parameter.
        condition = f"emoji ~ '^([{EMOJI_CHARACTERS}]{{0,16}}|[:][A-Za-z0-9_]{{2,32}}[:])$'"
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_emoji"))


def _create_preferences() -> None:
    """Create the counts behind the preferences, and the votes of today."""
    op.create_table(
        "preference_count",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in COUNTS),
        *(
            sa.Column(f"confirmed_{name}", sa.Float, server_default="0", nullable=False)
            for name in COUNTS
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_preference_count_community_id_community"),
            ondelete="CASCADE",
        ),
        _emoji_check("preference_count"),
        sa.PrimaryKeyConstraint("community_id", "emoji", name=op.f("pk_preference_count")),
    )
    op.create_index(op.f("ix_preference_count_changed_at"), "preference_count", ["changed_at"])
    op.create_table(
        "daily_vote",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_daily_vote_community_id_community"),
            ondelete="CASCADE",
        ),
        _emoji_check("daily_vote"),
        sa.PrimaryKeyConstraint(
            "community_id", "day", "member", "emoji", name=op.f("pk_daily_vote")
        ),
    )
    op.create_index(op.f("ix_daily_vote_day"), "daily_vote", ["day"])
    op.create_table(
        "daily_unprompted",
        sa.Column("community_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("emoji", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_daily_unprompted_community_id_community"),
            ondelete="CASCADE",
        ),
        _emoji_check("daily_unprompted"),
        sa.PrimaryKeyConstraint(
            "community_id", "day", "emoji", "member", name=op.f("pk_daily_unprompted")
        ),
    )
    op.create_index(op.f("ix_daily_unprompted_day"), "daily_unprompted", ["day"])


def _create_update_claims() -> None:
    """Create the claims by which processes share out updates."""
    op.create_table(
        "update_claim",
        sa.Column("receiver", sa.String(64), nullable=False),
        sa.Column("update_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("receiver", "update_id", name=op.f("pk_update_claim")),
    )
    op.create_index(op.f("ix_update_claim_claimed_at"), "update_claim", ["claimed_at"])


def downgrade() -> None:
    """Drop all tables, those that refer to others first; their indexes go with them."""
    for table in (
        "update_claim",
        "daily_unprompted",
        "daily_vote",
        "preference_count",
        "feedback",
        "prediction",
        "opt_out",
        "consent",
        "admin_notice",
        "chat_setting",
        "community",
    ):
        op.drop_table(table)
