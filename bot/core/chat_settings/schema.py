"""The schema of a chat's settings: commands, config, database and docs are made from it.

Each field has a type that reads, shows and checks its values; ``setting`` makes a table of them.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from bot.core.chat_settings.list_types import EmojiSet, IdSet, MemberSet
from bot.core.chat_settings.quiet_hours import QuietHours, TimeRange
from bot.core.chat_settings.value_types import Number, OneOf, Percentage
from bot.core.chat_settings.words import is_word
from bot.i18n import FALLBACK, LANGUAGES, localize

DEFAULT_EMOJI_DENY = frozenset(("🖕", "💩", "🤮", "🤬", "👎", "🤡"))
"""Never shown unless a community asks for it: aimed at a person, these insult."""

_CONFIG = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Mode(StrEnum):
    """Way in which the bot shows its predictions."""

    REACT = "react"
    REPLY = "reply"
    """A reply that offers the top five as buttons."""
    MENTION_ONLY = "mention_only"
    """A reaction to messages that address the bot, and to no others."""


class GravityMode(StrEnum):
    """Way of treating grave messages; none is looser than the default."""

    NORMAL = "normal"
    """Comforting emojis above the confidence threshold; nothing on self-harm."""
    STRICT = "strict"
    """Nothing, unless emojis are requested."""


class Pictures(StrEnum):
    """Messages to react to, by their pictures; a sticker is one."""

    ANY = "any"
    ONLY = "only"
    WITHOUT = "without"


class Rare:
    """Mark of a setting that menus show only if it has been changed."""


class Platforms(frozenset[str]):
    """The platforms on which a setting exists."""


EVERYWHERE = Platforms(("discord", "telegram", "matrix"))
DISCORD = Platforms(("discord",))
TELEGRAM = Platforms(("telegram",))
SEVERAL_REACTIONS = Platforms(("discord", "matrix"))
RARE = Rare()

_SWITCH = OneOf(
    choices=(True, False),
    label=lambda value, language: localize("value.on" if value else "value.off", language),
    is_alias=lambda text, value: is_word(text, "value.on" if value else "value.off"),
)
_MODE = OneOf(
    choices=tuple(Mode), label=lambda value, language: localize(f"mode.{value}", language)
)
_GRAVITY = OneOf(
    choices=tuple(GravityMode), label=lambda value, language: localize(f"gravity.{value}", language)
)
_PICTURES = OneOf(
    choices=tuple(Pictures), label=lambda value, language: localize(f"pictures.{value}", language)
)
_LANGUAGE = OneOf(choices=tuple(LANGUAGES), label=lambda value, _language: LANGUAGES[value])
_SECONDS = Number(
    minimum=0, maximum=86_400, unit="value.seconds", choices=(0.0, 10.0, 30.0, 60.0, 300.0, 900.0)
)
_DELAY = Number(
    minimum=0, maximum=600, unit="value.seconds", choices=(0.0, 2.0, 5.0, 10.0, 30.0, 60.0)
)
_RATE = Number(
    minimum=1,
    maximum=100_000,
    unit="value.a_minute",
    whole=True,
    none="value.unlimited",
    choices=(1, 2, 5, 10, 20, None),
)


@dataclass(frozen=True, slots=True, config=_CONFIG)
class ReactionSettings:
    """When and with what to react: what the operator may set for all chats.

    Raises:
        ValueError: a value of the wrong type, or out of its range.
    """

    mode: Annotated[Mode, _MODE] = Mode.REACT
    chance: Annotated[float, Percentage(choices=(1.0, 0.5, 0.25, 0.1, 0.05))] = 1.0
    """Share of messages to read; messages that address the bot always are."""
    cooldown_seconds: Annotated[float, _SECONDS] = 0.0
    """Least time between two reactions in a chat."""
    max_per_minute: Annotated[int | None, _RATE] = 20
    """Reactions in a chat in any 60 seconds; None for no limit."""
    confidence_threshold: Annotated[
        float | None, Percentage(none="value.automatic", choices=(None, 0.1, 0.2, 0.3, 0.5))
    ] = None
    """Lowest score to show; None for the artifact's own, adapted to ``target_acceptance``."""
    target_acceptance: Annotated[
        float | None, Percentage(none="value.none", choices=(None, 0.5, 0.6, 0.7, 0.8, 0.9))
    ] = 0.7
    """Share of reactions that people should keep; None to leave the artifact's threshold alone."""
    exploration_rate: Annotated[float, Percentage(choices=(0.0, 0.02, 0.05, 0.1))] = 0.05
    """Share of reactions that explore another of the top five, never on grave texts."""
    max_per_message: Annotated[
        int,
        Number(minimum=1, maximum=5, whole=True, choices=(1, 2, 3, 4, 5)),
        SEVERAL_REACTIONS,
    ] = 1
    """Emojis on one message."""
    emoji_deny: Annotated[frozenset[str], EmojiSet()] = DEFAULT_EMOJI_DENY
    gravity: Annotated[GravityMode, _GRAVITY] = GravityMode.NORMAL
    """Reactions to grave messages."""


@dataclass(frozen=True, slots=True, config=_CONFIG)
class ChatSettings(ReactionSettings):
    """Settings of one chat."""

    enabled: Annotated[bool, _SWITCH] = True
    emoji_allow: Annotated[frozenset[str] | None, EmojiSet(optional=True)] = None
    """Only these; None for all. Custom emojis, as ``:name:``, come on top: a list of nothing else
    leaves every Unicode emoji allowed."""
    chat_allow: Annotated[
        frozenset[str] | None, IdSet(optional=True, requirement_key="requirement.channels"), DISCORD
    ] = None
    """Only in these chats and their threads, by the platform's ids; None for all."""
    chat_deny: Annotated[frozenset[str], IdSet(requirement_key="requirement.channels"), DISCORD] = (
        frozenset()
    )
    role_deny: Annotated[frozenset[str], IdSet(requirement_key="requirement.roles"), DISCORD] = (
        frozenset()
    )
    """Messages by members with one of these roles are left alone."""
    role_allow: Annotated[
        frozenset[str] | None,
        IdSet(optional=True, requirement_key="requirement.roles"),
        DISCORD,
        RARE,
    ] = None
    """Only messages by members with one of these roles; None for all members."""
    member_allow: Annotated[frozenset[str] | None, MemberSet(optional=True), RARE] = None
    """Only messages by these members, by their keys; None for all."""
    member_deny: Annotated[frozenset[str], MemberSet(), RARE] = frozenset()
    """Messages by these members are left alone."""
    pictures: Annotated[Pictures, _PICTURES, RARE] = Pictures.ANY
    """Messages to react to, unless they address the bot."""
    context: Annotated[bool, _SWITCH, RARE] = True
    """The gravity of the message that is answered counts for the answer."""
    big_reactions: Annotated[bool, _SWITCH, TELEGRAM, RARE] = False
    """Reactions have a large animation, unless the message may be grave."""
    delay_seconds: Annotated[float, _DELAY, RARE] = 0.0
    """Time before a message that does not address the bot is read."""
    quiet_hours: Annotated[QuietHours | None, TimeRange()] = None
    """When the bot answers only messages that address it."""
    language: Annotated[str, _LANGUAGE] = FALLBACK
    """BCP 47 tag of the bot's own texts."""
