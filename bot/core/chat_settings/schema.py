"""The settings of a chat: names, types, ranges and defaults."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator
from pydantic.dataclasses import dataclass

from bot.core.chat_settings.quiet_hours import QuietHours
from model.emoji import canonical_set

MAX_COOLDOWN_SECONDS = 86_400
MAX_PER_MINUTE = 100_000
MAX_PER_MESSAGE = 5

DEFAULT_EMOJI_DENY = frozenset(("🖕", "💩", "🤮", "🤬", "👎", "🤡"))
"""Never shown unless a community asks for it: aimed at a person, these insult."""

_CONFIG = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Mode(StrEnum):
    """How the bot shows its predictions."""

    REACT = "react"
    REPLY = "reply"
    """A reply that offers the top five as buttons."""
    MENTION_ONLY = "mention_only"
    """A reaction to messages that address the bot, and to no others."""


def _quiet_hours(value: object) -> QuietHours | None:
    if value is None or isinstance(value, QuietHours):
        return value
    if not isinstance(value, str):
        raise ValueError("should be a text")
    return QuietHours.parse(value)


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=MAX_COOLDOWN_SECONDS, allow_inf_nan=False)]
EmojiSet = Annotated[frozenset[str], AfterValidator(canonical_set)]


@dataclass(frozen=True, slots=True, config=_CONFIG)
class ReactionSettings:
    """When and with what to react: what the operator may set for all chats.

    Raises:
        ValueError: a value of the wrong type, or outside its range.
    """

    mode: Mode = Mode.REACT
    chance: Share = 1.0
    """Share of messages to read; messages that address the bot always are."""
    cooldown_seconds: Seconds = 0.0
    """Least time between two reactions in a chat."""
    max_per_minute: Annotated[int, Field(ge=1, le=MAX_PER_MINUTE)] | None = 20
    """Reactions in a chat in any 60 seconds; None for no limit."""
    confidence_threshold: Share | None = None
    """Lowest score to show; None for the artifact's own, adapted to ``target_acceptance``."""
    target_acceptance: Share | None = 0.7
    """Share of reactions that people should keep; None to leave the artifact's threshold alone."""
    exploration_rate: Share = 0.05
    """Share of reactions that explore another of the top five, never on grave texts."""
    max_per_message: Annotated[int, Field(ge=1, le=MAX_PER_MESSAGE)] = 1
    """Emojis on one message."""
    emoji_deny: EmojiSet = DEFAULT_EMOJI_DENY


@dataclass(frozen=True, slots=True, config=_CONFIG)
class ChatSettings(ReactionSettings):
    """Settings of one chat."""

    enabled: bool = True
    emoji_allow: EmojiSet | None = None
    """Only these; None for all. Custom emojis, as ``:name:``, come on top: a list of nothing else
    leaves every Unicode emoji allowed."""
    chat_allow: frozenset[str] | None = None
    """Only in these chats and their threads, by the platform's ids; None for all."""
    chat_deny: frozenset[str] = frozenset()
    role_deny: frozenset[str] = frozenset()
    """Messages by members with one of these roles are left alone."""
    quiet_hours: Annotated[QuietHours | None, PlainValidator(_quiet_hours)] = None
    """When the bot answers only messages that address it."""
    language: str = "en"
    """BCP 47 tag of the bot's own texts."""
