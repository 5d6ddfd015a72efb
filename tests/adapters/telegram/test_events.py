"""Telegram's updates as the core's events, from the JSON that the Bot API sends."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Message, MessageReactionUpdated, Update, User

from bot.adapters.telegram import events, reactions
from bot.adapters.telegram.custom_emojis import emojis_of
from bot.core.events import IncomingMessage
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.silence import DropReason
from model.emoji import TELEGRAM_REACTIONS

PSEUDONYMS = Pseudonyms(b"a secret of the tests")
ME = User(1, "Emoji Reactor", is_bot=True, username="EmojiBot")
ANNA = {"id": 7, "first_name": "Anna", "is_bot": False}
GROUP = {"id": -100, "type": "supergroup", "title": "home"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Anna"}


def message(**fields: object) -> Message:
    plain = {"message_id": 5, "date": 0, "chat": GROUP, "from": ANNA, "text": "so funny"}
    update = Update.de_json({"update_id": 1, "message": {**plain, **fields}}, None)
    assert update.message is not None
    return update.message


def entity(kind: str, offset: int, length: int, **more: object) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


def reacted(old: list[str], new: list[str], **who: object) -> MessageReactionUpdated:
    def each(emojis: list[str]) -> list[dict[str, str]]:
        return [{"type": "emoji", "emoji": emoji} for emoji in emojis]

    fields = {"chat": GROUP, "message_id": 5, "date": 0, **(who or {"user": ANNA})}
    fields |= {"old_reaction": each(old), "new_reaction": each(new)}
    update = Update.de_json({"update_id": 1, "message_reaction": fields}, None)
    assert update.message_reaction is not None
    return update.message_reaction


def test_a_groups_message() -> None:
    incoming = events.to_incoming(message(), ME, PSEUDONYMS)
    assert isinstance(incoming, IncomingMessage)
    assert (incoming.ref.community, incoming.ref.chat, incoming.ref.message) == (
        "-100",
        "-100",
        "5",
    )
    assert incoming.author == PSEUDONYMS.key("telegram", "7")
    assert (incoming.text, incoming.addressed) == ("so funny", False)


def test_a_private_chat_has_no_ids_of_its_member() -> None:
    incoming = events.to_incoming(message(chat=PRIVATE), ME, PSEUDONYMS)
    assert isinstance(incoming, IncomingMessage)
    assert incoming.ref.chat == incoming.ref.community == PSEUDONYMS.key("telegram", "7")
    assert incoming.addressed


def test_a_caption_is_a_text() -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    incoming = events.to_incoming(message(text=None, caption="so sad", photo=photo), ME, PSEUDONYMS)
    assert isinstance(incoming, IncomingMessage)
    assert incoming.text == "so sad"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"from": None}, DropReason.NOT_BY_PERSON),
        ({"from": {**ANNA, "is_bot": True}}, DropReason.NOT_BY_PERSON),
        (
            {"sender_chat": {"id": -200, "type": "channel", "title": "news"}},
            DropReason.NOT_BY_PERSON,
        ),
        ({"via_bot": {"id": 9, "first_name": "Gif", "is_bot": True}}, DropReason.NOT_BY_PERSON),
        ({"text": None}, DropReason.NO_TEXT),
        ({"text": "  \n"}, DropReason.NO_TEXT),
        ({"text": "/start", "entities": [entity("bot_command", 0, 6)]}, DropReason.COMMAND),
        ({"text": "1, 2, 3"}, DropReason.IRRELEVANT),
    ],
)
def test_what_no_person_wrote_for_others_is_left_alone(
    fields: Mapping[str, Any], reason: DropReason
) -> None:
    assert events.to_incoming(message(**fields), ME, PSEUDONYMS) is reason


@pytest.mark.parametrize(
    ("fields", "addressed"),
    [
        ({"text": "@emojibot hi", "entities": [entity("mention", 0, 9)]}, True),
        ({"text": "😂 @EmojiBot", "entities": [entity("mention", 3, 9)]}, True),
        ({"text": "@emojibots hi", "entities": [entity("mention", 0, 10)]}, False),
        ({"text": "@emojibot hi"}, False),
        ({"text": "you", "entities": [entity("text_mention", 0, 3, user=ME.to_dict())]}, True),
        ({"text": "you", "entities": [entity("text_mention", 0, 3, user=ANNA)]}, False),
        ({"reply_to_message": message(**{"from": ME.to_dict()}).to_dict()}, True),
        ({"reply_to_message": message().to_dict()}, False),
    ],
)
def test_who_is_addressed(fields: Mapping[str, Any], addressed: bool) -> None:
    incoming = events.to_incoming(message(**fields), ME, PSEUDONYMS)
    assert isinstance(incoming, IncomingMessage)
    assert incoming.addressed is addressed


def test_who_reacted() -> None:
    assert reactions.actor_id(reacted([], ["👍"])) == "7"
    assert reactions.actor_id(reacted([], ["👍"], user={**ANNA, "is_bot": True})) is None
    assert reactions.actor_id(reacted([], ["👍"], actor_chat=GROUP)) == "-100"


emoji_lists = st.lists(st.sampled_from(sorted(TELEGRAM_REACTIONS)), max_size=4, unique=True)


@given(emoji_lists)
def test_reactions_are_read_in_canonical_form(new: list[str]) -> None:
    stored = [TELEGRAM_REACTIONS[emoji] for emoji in new]
    assert emojis_of(reacted([], stored).new_reaction) == new
