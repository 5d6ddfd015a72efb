"""Discord's objects as its gateway sends them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]

GUILD, CHANNEL, THREAD, DM = "100", "200", "201", "300"
# As long as real ones, so that no time or port can look like a person.
ALICE, BOB = "501000000000000501", "502000000000000502"
BOT, OTHER_BOT = "900000000000000900", "901000000000000901"


CONTENT, CONTENT_LIMITED = 1 << 18, 1 << 19
"""Flags of an application: the message content, with Discord's review and without."""


def user(user_id: str, *, bot: bool = False) -> Payload:
    """Describe an account."""
    return {
        "id": user_id,
        "username": f"user{user_id}",
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": bot or user_id in (BOT, OTHER_BOT),
        "public_flags": 0,
    }


def member(user_id: str) -> Payload:
    """Describe an account as a member of the guild."""
    return {
        "user": user(user_id),
        "roles": [],
        "joined_at": datetime.now(UTC).isoformat(),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
    }


def channel(channel_id: str = CHANNEL) -> Payload:
    """Describe a text channel, the thread or the private chat."""
    if channel_id == DM:
        return {"id": DM, "type": 1, "last_message_id": None, "recipients": [user(ALICE)]}
    return {
        "id": channel_id,
        "type": 0,
        "name": f"channel-{channel_id}",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "rate_limit_per_user": 0,
        "flags": 0,
    }


def thread(parent: str = CHANNEL) -> Payload:
    """Describe the thread."""
    archive = {
        "archived": False,
        "auto_archive_duration": 1440,
        "archive_timestamp": datetime.now(UTC).isoformat(),
        "locked": False,
    }
    return {
        "id": THREAD,
        "type": 11,
        "guild_id": GUILD,
        "parent_id": parent,
        "owner_id": ALICE,
        "name": "thread",
        "thread_metadata": archive,
        "message_count": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "flags": 0,
    }


def own_emoji(emoji_id: str, name: str) -> Payload:
    """Describe an emoji of the guild."""
    usual = {"require_colons": True, "managed": False, "animated": False, "available": True}
    return {"id": emoji_id, "name": name, "roles": [], **usual}


def guild(guild_id: str = GUILD, channels: Sequence[str] = (CHANNEL,)) -> Payload:
    """Describe a guild with text channels."""
    everyone = {
        "id": guild_id,
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": "274877992000",
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    lists = ("emojis", "stickers", "members", "threads", "presences", "voice_states", "features")
    return {
        "id": guild_id,
        "name": "Guild",
        "icon": None,
        "splash": None,
        "owner_id": ALICE,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "member_count": 3,
        "large": False,
        "unavailable": False,
        "joined_at": datetime.now(UTC).isoformat(),
        "channels": [channel(each) for each in channels],
        "roles": [everyone],
        "stage_instances": [],
        "guild_scheduled_events": [],
        **{name: [] for name in lists},
    }


def own_guild(described: Payload) -> Payload:
    """Describe a guild as the bot's list of its own does, with what it may do there."""
    [everyone] = described["roles"]
    kept = {name: described[name] for name in ("id", "name", "icon", "features")}
    return kept | {"banner": None, "owner": False, "permissions": everyone["permissions"]}


def message(message_id: str, channel: str, author: str, text: str, **changes: object) -> Payload:
    """Describe a message; ``changes`` replace or add fields."""
    described: Payload = {
        "id": message_id,
        "channel_id": channel,
        "author": user(author),
        "content": text,
        "timestamp": datetime.now(UTC).isoformat(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }
    if channel != DM:
        described |= {"guild_id": GUILD, "member": member(author)}
        described["member"].pop("user")
    return described | changes


def partial_emoji(emoji: str) -> Payload:
    """Describe an emoji: a standard one, or ``name:id`` as in the path of a request."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def reaction(
    channel: str, message_id: str, author: str, emoji: str, *, burst: bool = False
) -> Payload:
    """Describe a reaction as its events do, without the member that only an added one has."""
    place = {} if channel == DM else {"guild_id": GUILD}
    return {
        "user_id": author,
        "channel_id": channel,
        "message_id": message_id,
        "emoji": partial_emoji(emoji),
        "burst": burst,
        "type": int(burst),
        **place,
    }


def application() -> Payload:
    """Describe the bot's application."""
    return {
        "id": BOT,
        "name": "Emoji Reactor",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": CONTENT_LIMITED,
        "owner": user(ALICE),
        "team": None,
    }
