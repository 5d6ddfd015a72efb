"""The permissions that the bot needs."""

import logging
from collections.abc import Iterable

import discord

logger = logging.getLogger(__name__)

REQUIRED = discord.Permissions(
    view_channel=True,
    read_message_history=True,
    add_reactions=True,
    send_messages=True,
    send_messages_in_threads=True,
)
"""The last two are for replies."""

_TO_REACT = discord.Permissions(view_channel=True, read_message_history=True, add_reactions=True)
MAX_NAMED = 10


def invite_url(application: int) -> str:
    """Return the link with which owners add the bot to a server."""
    return discord.utils.oauth_url(
        application, permissions=REQUIRED, scopes=("bot", "applications.commands")
    )


def missing(held: discord.Permissions, wanted: discord.Permissions = REQUIRED) -> list[str]:
    """Return the missing permissions by their names in Discord's settings."""
    if held.administrator:
        return []
    return [name.replace("_", " ") for name, on in wanted if on and not getattr(held, name)]


def may_react(channel: object) -> bool:
    """Return False if a reaction is forbidden as far as is known."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return True
    me = _me(channel.guild)
    if me is None:
        return True
    # A thread has the permissions of its parent, which may be invisible.
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return True
    return not missing(channel.permissions_for(me), _TO_REACT)


def report_missing(application: int | None, guilds: Iterable[discord.Guild]) -> None:
    """Log the invite link, and the servers in which permissions are missing."""
    if application is None:
        return
    logger.info("to add the bot to a server, open %s", invite_url(application))
    known = [(guild.id, me) for guild in guilds if (me := _me(guild)) is not None]
    short = [(guild, n) for guild, me in known if (n := missing(me.guild_permissions))]
    for guild, names in short[:MAX_NAMED]:
        logger.warning(
            "server %d does not let the bot %s: grant it in the server's settings, or invite the"
            " bot again",
            guild,
            ", ".join(names),
        )
    if len(short) > MAX_NAMED:
        logger.warning("%d more servers lack permissions", len(short) - MAX_NAMED)


def _me(guild: discord.Guild) -> discord.Member | None:
    """Return the bot as a member; None if its roles are unknown."""
    me = guild.me
    # discord.py makes a member without roles if Discord did not send the bot's own.
    return me if me is not None and me.joined_at is not None else None
