"""The tables. People stand as keyed hashes (``bot.core.members.pseudonyms``), texts only by consent."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

from bot.core.preferences.counts import COUNT_NAMES

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no offset, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment, turn any other into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without an offset cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give what was stored as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


community = Table(
    "community",
    metadata,
    _id(),
    Column("platform", String(16), nullable=False),
    Column("external_id", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("platform", "external_id"),
)

chat_setting = Table(
    "chat_setting",
    metadata,
    _id(),
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), nullable=False),
    # Empty for the whole community; not null, as unique constraints let nulls repeat.
    Column("chat", String(64), nullable=False, default=""),
    Column("key", String(64), nullable=False),
    Column("value", JSON, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("community_id", "chat", "key"),
)

admin_notice = Table(
    "admin_notice",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("sent_at", UtcTime, nullable=False),
)

prediction = Table(
    "prediction",
    metadata,
    _id(),
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("message", String(64), nullable=False),
    Column("author", String(64), nullable=False),
    Column("artifact_version", String(128), nullable=False),
    # [["😂", 0.31], ...], best first.
    Column("predictions", JSON, nullable=False),
    # The model's own scores of these, without the community's taste.
    Column("model_scores", JSON, nullable=False),
    # Whether the chosen were offered to pick from, rather than put on the message.
    Column("as_buttons", Boolean, nullable=False, server_default=false()),
    # ["😂"], empty where the bot stayed silent.
    Column("shown", JSON, nullable=False),
    # With what weight the community's taste counted that it was shown.
    Column("shown_weight", Float, nullable=False, server_default="1"),
    Column("skip_reason", String(32)),
    Column("refusal", String(64)),
    # The least score that was asked for.
    Column("confidence_threshold", Float),
    Column("language", String(35)),
    # Only where the platform's rules allow it and the author agreed to the terms named beside it.
    Column("text", Text),
    Column("consent", String(32)),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("community_id", "chat", "message"),
    Index(None, "author"),
    Index(None, "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    _id(),
    Column("prediction_id", ForeignKey("prediction.id", ondelete="CASCADE"), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    # Empty where it is about the answer as a whole; not null for the same reason as above.
    Column("emoji", String(64), nullable=False, default=""),
    Column("source", String(16), nullable=False),
    Column("given_at", UtcTime, nullable=False),
    # With what weight the community's taste counted it.
    Column("vote_weight", Float, nullable=False, server_default="0"),
    UniqueConstraint("prediction_id", "actor", "kind", "emoji"),
    Index(None, "actor"),
)

consent = Table(
    "consent",
    metadata,
    _id(),
    Column("platform", String(16), nullable=False),
    Column("member", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("granted_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    UniqueConstraint("platform", "member", "version"),
)

opt_out = Table(
    "opt_out",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("member", String(64), primary_key=True),
    Column("since", UtcTime, nullable=False),
)

# Sums of counts times ``bot.core.preferences.counts.weight`` of their moments; nothing about anybody.
preference_count = Table(
    "preference_count",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    # Empty for what was expected of choices outside the five.
    Column("emoji", String(64), primary_key=True),
    *(Column(name, Float, nullable=False) for name in COUNT_NAMES),
    # The same as they were when enough members last spoke.
    *(
        Column(f"confirmed_{name}", Float, nullable=False, server_default="0")
        for name in COUNT_NAMES
    ),
    # When a member last said something that counts.
    Column("changed_at", UtcTime, nullable=False, index=True),
)

# How often a member spoke for or against an emoji today: a day's rows go when it is over.
daily_vote = Table(
    "daily_vote",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    # Counted from the first of January of the year 1.
    Column("day", Integer, primary_key=True, autoincrement=False),
    # A hash of day, community and member: it links no two days.
    Column("member", String(64), primary_key=True),
    Column("emoji", String(64), primary_key=True),
    Column("votes", Integer, nullable=False),
    Index(None, "day"),
)

# Which emojis a member used themselves today, where the bot put none: goes as the rows above do.
daily_unprompted = Table(
    "daily_unprompted",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("emoji", String(64), primary_key=True),
    Column("member", String(64), primary_key=True),
    Index(None, "day"),
)

update_claim = Table(
    "update_claim",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("claimed_at", UtcTime, nullable=False),
    # Null while somebody works on it, or died of it.
    Column("handled_at", UtcTime),
    Index(None, "claimed_at"),
)
