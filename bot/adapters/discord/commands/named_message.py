"""The message that a command names by its link or id."""

import re

from bot.adapters.discord.context import Interaction, context_of

_LINK = re.compile(
    r"(?:https://\S*?/channels/(?:\d+|@me)/(?P<channel>\d+)/)?(?P<message>\d{1,20})/?"
)


def named_message(interaction: Interaction, written: str | None) -> int | None:
    """Return the id of the named message, or of the last answered one; None if elsewhere."""
    if written is None:
        latest = context_of(interaction).last_answered.get(str(interaction.channel_id))
        return int(latest) if latest else None
    found = _LINK.fullmatch(written.strip())
    if found is None or found["channel"] not in (None, str(interaction.channel_id)):
        return None
    return int(found["message"])
