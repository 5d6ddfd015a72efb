"""Debug lines that say why the bot showed nothing on a message, or did not record feedback.

They name the message by the key that ``/why`` shows. Below debug level nothing is computed.
"""

import logging
from enum import StrEnum
from functools import cache

from bot.core.events import FeedbackResult, MessageRef
from bot.core.members.pseudonyms import Pseudonyms


class DropReason(StrEnum):
    """Reason for which an adapter did not pass a message to the service; logged, never stored."""

    NOT_BY_PERSON = "not_by_person"
    """A bot, a webhook, a linked channel or the platform itself wrote it."""
    NO_TEXT = "no_text"
    """It has no visible text, or Discord does not tell it without Message Content Intent."""
    COMMAND = "command"
    """A command to a bot."""
    IRRELEVANT = "irrelevant"
    """A command to another bot, or numbers without words."""
    UNKNOWN_SERVER = "unknown_server"
    """Discord's description of the server could not be read: its rules are unknown."""
    BLOCKED = "blocked"
    """The author blocked the bot."""
    SUSPENDED = "suspended"
    """Reactions are forbidden in the channel, which is tried again later."""
    LATE = "late"
    """It is older than two minutes: it arrived late, or waited for the database."""


@cache
def _logger(platform: str) -> logging.Logger:
    return logging.getLogger(f"{__name__}.{platform}")


def log_silence(pseudonyms: Pseudonyms, ref: MessageRef, reason: str) -> None:
    """Log why nothing was shown on a message: a skip reason, a refusal or a ``DropReason``."""
    logger = _logger(ref.platform)
    if logger.isEnabledFor(logging.DEBUG):
        key = pseudonyms.message_key(ref)
        logger.debug("no reaction on %s message %s: %s", ref.platform, key, reason)


def log_dropped_feedback(pseudonyms: Pseudonyms, ref: MessageRef, result: FeedbackResult) -> None:
    """Log why feedback on a message was not recorded, unless it was."""
    logger = _logger(ref.platform)
    if result is not FeedbackResult.RECORDED and logger.isEnabledFor(logging.DEBUG):
        key = pseudonyms.message_key(ref)
        logger.debug("no feedback recorded on %s message %s: %s", ref.platform, key, result)
