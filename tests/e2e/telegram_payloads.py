"""Payloads of fake Telegram: accounts, chats and members."""

import time
from collections.abc import Sequence
from typing import Any

Payload = dict[str, Any]

TOKEN = "123456789:AAtest-not-a-real-token-only-loopbk"
# As long as real ones, so that no time or port can look like a member.
ALICE, BOB, BOT, OTHER_BOT = 5010000501, 5020000502, 123456789, 9030000903
GROUP, PRIVATE, CHANNEL = -1001000001001, ALICE, -1001000009009
"""A private chat has the id of its member."""
ELSEWHERE = -1001000005005
"""A group without the bot."""
USERNAME = "emoji_test_bot"


def user(user_id: int) -> Payload:
    """Describe an account."""
    bot = user_id in (BOT, OTHER_BOT)
    described = {"id": user_id, "is_bot": bot, "first_name": f"U{user_id}", "language_code": "en"}
    return described | ({"username": USERNAME} if user_id == BOT else {})


def chat(chat_id: int) -> Payload:
    """Describe a chat as messages do."""
    if chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": f"U{chat_id}"}
    if chat_id == CHANNEL:
        return {"id": chat_id, "type": "channel", "title": "News"}
    return {"id": chat_id, "type": "supergroup", "title": "Group"}


def now() -> int:
    """Return the time as in messages."""
    return int(time.time())


def reactions(emojis: Sequence[str]) -> list[Payload]:
    """Return emojis as reactions; digits are the id of a custom emoji."""
    return [
        {"type": "custom_emoji", "custom_emoji_id": emoji}
        if emoji.isdecimal()
        else {"type": "emoji", "emoji": emoji}
        for emoji in emojis
    ]


def reaction_names(described: Sequence[Payload]) -> list[str]:
    """Return the emojis of reactions; custom ones by their ids."""
    return [each.get("emoji") or each["custom_emoji_id"] for each in described]


def custom_emoji_sticker(number: str, emoji: str) -> Payload:
    """Describe a custom emoji that stands for an emoji."""
    return {
        "file_id": f"file-{number}",
        "file_unique_id": f"unique-{number}",
        "type": "custom_emoji",
        "width": 100,
        "height": 100,
        "is_animated": False,
        "is_video": False,
        "emoji": emoji,
        "custom_emoji_id": number,
    }


def chat_member(account: int, status: str) -> Payload:
    """Describe an account's membership, a new administrator without rights."""
    member: Payload = {"user": user(account), "status": status}
    rights = (
        "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats"
        " can_restrict_members can_promote_members can_change_info can_invite_users"
        " can_post_stories can_edit_stories can_delete_stories"
    )
    if status == "administrator":
        member |= dict.fromkeys(rights.split(), False)
    if status == "creator":
        member["is_anonymous"] = False
    if status == "kicked":
        member["until_date"] = 0
    return member


def full_chat(chat_id: int, available: Sequence[str] | None, *, reactable: bool) -> Payload:
    """Describe a chat as getChat does, with the reactions that it allows; None for all.

    In one that is not ``reactable`` only admins react.
    """
    gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
    full = chat(chat_id) | {"accent_color_id": 0, "max_reaction_count": 11}
    full["permissions"] = {"can_send_messages": True, "can_react_to_messages": reactable}
    full["accepted_gift_types"] = dict.fromkeys(gifts.split(), False)
    if available is not None:
        full["available_reactions"] = reactions(available)
    return full
