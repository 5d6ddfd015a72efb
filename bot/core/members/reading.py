"""Rules for texts of other members: who may have them read, and for whom they are recorded."""

from dataclasses import replace

from bot.core.events import IncomingMessage, MemberKey, SkipReason
from bot.core.ports import MemberStore

UNKNOWN_AUTHOR = MemberKey("")
"""The author of a text of which the platform does not tell who wrote it."""


async def reason_not_to_read(message: IncomingMessage, members: MemberStore) -> SkipReason | None:
    """Return why the text of another author must not be read; None if it may.

    The opt-out of the sender is left to the policy: requests are served nonetheless. A text of an
    unknown author is read on request only, as that author may have opted out.

    Raises:
        StoreFailed: the opt-outs cannot be read.
    """
    author = author_of(message)
    if author == message.author:
        return None
    if author == UNKNOWN_AUTHOR:
        asked = message.requested or message.addressed
        return None if asked else SkipReason.UNKNOWN_AUTHOR
    opted_out = await members.is_opted_out(message.ref.platform, author)
    return SkipReason.OPTED_OUT if opted_out else None


def author_of(message: IncomingMessage) -> MemberKey:
    """Return who wrote the text: the sender, another member, or ``UNKNOWN_AUTHOR``."""
    if message.origin is None:
        return message.author
    return message.origin.author or UNKNOWN_AUTHOR


def attribute(message: IncomingMessage) -> IncomingMessage:
    """Return the message as it may be recorded: for its text's author, who did not send it.

    Consent covers texts that their author sent; a text that another member sent is not stored.
    """
    author = author_of(message)
    if author == message.author:
        return message
    return replace(message, author=author, may_store_text=False)
