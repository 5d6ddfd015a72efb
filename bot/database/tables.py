"""The tables. Members are stored as pseudonyms, texts only by consent."""

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
    Table,
    TypeDecorator,
    UniqueConstraint,
    false,
)

from bot.core.preferences.counts import COUNT_NAMES
from bot.database.column_types import EmojiText, LongPlainText, PlainText

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
    """An aware time in UTC; SQLite stores no offset, so it is removed and added here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC.

        Raises:
            ValueError: the time is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without an offset cannot be stored; give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


community = Table(
    "community",
    metadata,
    _id(),
    Column("platform", PlainText(16), nullable=False),
    Column("external_id", PlainText(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # Grows with each change of the rules, so that processes know when to read them again.
    Column("rules_version", Integer, nullable=False, server_default="0"),
    UniqueConstraint("platform", "external_id"),
)

chat_setting = Table(
    "chat_setting",
    metadata,
    _id(),
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), nullable=False),
    # Empty for the community; not null, as unique constraints allow several nulls.
    Column("chat", PlainText(64), nullable=False, default=""),
    Column("key", PlainText(64), nullable=False),
    Column("value", JSON, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("community_id", "chat", "key"),
)

rule = Table(
    "rule",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    # By which people name the rule in its community.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pattern", PlainText(128), nullable=False),
    # ["😂", ":name:"].
    Column("emojis", JSON, nullable=False),
    Column("chance", Float, nullable=False),
    # Ids of the platform; empty for no limit.
    Column("chats", JSON, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

admin_notice = Table(
    "admin_notice",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    Column("name", PlainText(64), primary_key=True),
    Column("sent_at", UtcTime, nullable=False),
)

prediction = Table(
    "prediction",
    metadata,
    _id(),
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), nullable=False),
    Column("chat", PlainText(64), nullable=False),
    Column("message", PlainText(64), nullable=False),
    Column("author", PlainText(64), nullable=False),
    Column("artifact_version", PlainText(128), nullable=False),
    # [["😂", 0.31], ...], best first.
    Column("predictions", JSON, nullable=False),
    # The model scores of the same emojis, without preferences.
    Column("model_scores", JSON, nullable=False),
    # True if the shown emojis are buttons, rather than put on the message.
    Column("as_buttons", Boolean, nullable=False, server_default=false()),
    # ["😂"], empty if nothing was shown.
    Column("shown", JSON, nullable=False),
    # The weight with which the showing was counted.
    Column("shown_weight", Float, nullable=False, server_default="1"),
    Column("skip_reason", PlainText(32)),
    Column("refusal", PlainText(64)),
    Column("confidence_threshold", Float),
    Column("language", PlainText(35)),
    # Only if the platform's rules allow it, by the author's consent to this version of the terms.
    Column("text", LongPlainText),
    Column("consent", PlainText(32)),
    Column("created_at", UtcTime, nullable=False),
    # The pattern of the rule by which the emojis are shown; null if the model chose them.
    Column("rule", PlainText(128)),
    UniqueConstraint("community_id", "chat", "message"),
    Index(None, "author"),
    Index(None, "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    _id(),
    Column("prediction_id", ForeignKey("prediction.id", ondelete="CASCADE"), nullable=False),
    Column("actor", PlainText(64), nullable=False),
    Column("kind", PlainText(16), nullable=False),
    # Empty for feedback on the whole outcome; not null, as unique constraints allow several nulls.
    Column("emoji", EmojiText, nullable=False, default=""),
    Column("source", PlainText(16), nullable=False),
    Column("given_at", UtcTime, nullable=False),
    # The weight with which the vote was counted.
    Column("vote_weight", Float, nullable=False, server_default="0"),
    # True if a burst reaction stands beside what ``source`` names.
    Column("also_burst", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("prediction_id", "actor", "kind", "emoji"),
    Index(None, "actor"),
)

consent = Table(
    "consent",
    metadata,
    _id(),
    Column("platform", PlainText(16), nullable=False),
    Column("member", PlainText(64), nullable=False),
    Column("version", PlainText(32), nullable=False),
    Column("granted_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    UniqueConstraint("platform", "member", "version"),
)

opt_out = Table(
    "opt_out",
    metadata,
    Column("platform", PlainText(16), primary_key=True),
    Column("member", PlainText(64), primary_key=True),
    Column("since", UtcTime, nullable=False),
)

# Members who agreed to preferences of their own.
personal_consent = Table(
    "personal_consent",
    metadata,
    Column("platform", PlainText(16), primary_key=True),
    Column("member", PlainText(64), primary_key=True),
    Column("granted_at", UtcTime, nullable=False),
)

# Sums of counts times their ``decay_weight`` (``bot.core.preferences.counts``); no member data.
preference_count = Table(
    "preference_count",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    # Empty for ``OUTSIDE_TOP_K``.
    Column("emoji", EmojiText, primary_key=True),
    *(Column(name, Float, nullable=False) for name in COUNT_NAMES),
    # The same as of the last quorum.
    *(
        Column(f"confirmed_{name}", Float, nullable=False, server_default="0")
        for name in COUNT_NAMES
    ),
    # The time of the last counted vote.
    Column("changed_at", UtcTime, nullable=False, index=True),
)

# Votes of a member on an emoji today; the rows of earlier days are deleted.
daily_vote = Table(
    "daily_vote",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    # Proleptic Gregorian ordinal.
    Column("day", Integer, primary_key=True, autoincrement=False),
    # A hash of day, community and member, so that no two days can be linked.
    Column("member", PlainText(64), primary_key=True),
    Column("emoji", EmojiText, primary_key=True),
    Column("votes", Integer, nullable=False),
    Index(None, "day"),
)

# Unprompted emojis of a member today; the rows of earlier days are deleted.
daily_unprompted = Table(
    "daily_unprompted",
    metadata,
    Column("community_id", ForeignKey("community.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("emoji", EmojiText, primary_key=True),
    Column("member", PlainText(64), primary_key=True),
    Index(None, "day"),
)

update_claim = Table(
    "update_claim",
    metadata,
    Column("receiver", PlainText(64), primary_key=True),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("claimed_at", UtcTime, nullable=False),
    # Null while a process handles it, or if that process ended before it was done.
    Column("handled_at", UtcTime),
    Index(None, "claimed_at"),
)

# The last update by which a member changed the feedback on a message, kept for as long as a
# platform may send an earlier one.
latest_update = Table(
    "latest_update",
    metadata,
    Column("prediction_id", ForeignKey("prediction.id", ondelete="CASCADE"), primary_key=True),
    # A hash of message, member and source, so that no two messages can be linked.
    Column("member", PlainText(64), primary_key=True),
    Column("update_id", BigInteger, nullable=False),
    Column("applied_at", UtcTime, nullable=False),
    Index(None, "applied_at"),
)

# Leases by which processes share out the shards of a bot. A row belongs to no process once it has
# expired; the rows of one count of shards say nothing about those of another.
shard_lease = Table(
    "shard_lease",
    metadata,
    # A keyed hash of the bot's id.
    Column("bot", PlainText(64), primary_key=True),
    Column("shard_count", Integer, primary_key=True, autoincrement=False),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("holder", PlainText(64), nullable=False),
    Column("acquired_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    # From which point on another process takes up the events: id, address and last sequence.
    Column("session", JSON(none_as_null=True)),
)

# Platform events that are about a scored message, for platforms that name a removed reaction by
# its own id alone.
related_event = Table(
    "related_event",
    metadata,
    Column("prediction_id", ForeignKey("prediction.id", ondelete="CASCADE"), primary_key=True),
    Column("event", PlainText(64), primary_key=True),
    # Empty for an event of the bot.
    Column("member", PlainText(64), nullable=False),
    # Empty for a reply.
    Column("emoji", EmojiText, nullable=False),
    Index(None, "event"),
    Index(None, "member"),
)

# The place up to which a receiver's events are handled.
sync_position = Table(
    "sync_position",
    metadata,
    Column("receiver", PlainText(64), primary_key=True),
    Column("position", LongPlainText, nullable=False),
)

# Emojis of the bot's own application, which it shows in the place of standard ones.
application_emoji = Table(
    "application_emoji",
    metadata,
    # The platform's id.
    Column("emoji_id", PlainText(64), primary_key=True),
    # Canonical emojis: ["🎉", "🥳"].
    Column("stands_for", JSON, nullable=False),
)
