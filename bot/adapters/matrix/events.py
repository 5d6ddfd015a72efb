"""Reading of Matrix's events; pure functions over events as they are sent."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bs4 import BeautifulSoup

from bot.adapters.stored_ids import stored_id
from bot.core.events import MessageRef

NAME = "matrix"
_TEXTS = frozenset(("m.text", "m.emote", "m.notice"))
_MEDIA = frozenset(("m.image", "m.video", "m.file", "m.audio"))
_QUOTE = re.compile(r"\A(?:> .*(?:\n|\Z))+\n*")
"""The quoted message with which earlier clients begin a reply."""

Event = Mapping[str, Any]


def ref(room: str, event: str) -> MessageRef:
    """Return the ref of an event; a room is a community with one chat."""
    return MessageRef(NAME, stored_id(room), stored_id(room), stored_id(event))


def field(event: object, *path: str) -> Any:  # noqa: ANN401 - of any JSON type
    """Return a nested field; None if it is missing."""
    for key in path:
        event = event.get(key) if isinstance(event, Mapping) else None
    return event


def text_field(event: object, *path: str) -> str:
    """Return a nested text; empty if it is missing or of another type."""
    found = field(event, *path)
    return found if isinstance(found, str) else ""


def since_join(timeline: Sequence[Any], me: str) -> Sequence[Any]:
    """Return the events of the library that came after the bot joined the room."""
    for index, event in reversed(list(enumerate(timeline))):
        source = event.source
        is_own = source.get("type") == "m.room.member" and source.get("state_key") == me
        if is_own and field(source, "unsigned", "prev_content", "membership") != "join":
            return timeline[index + 1 :]
    return timeline


def replied_event(event: Event) -> str:
    """Return the id of the event that a message replies to; empty if there is none."""
    relation = field(event, "content", "m.relates_to")
    if field(relation, "is_falling_back") is True:  # in a thread, for clients without threads
        return ""
    return text_field(relation, "m.in_reply_to", "event_id")


def reply_relation(event: Event) -> dict[str, Any]:
    """Return the relation of a reply to the event, in its thread."""
    reply = {"m.in_reply_to": {"event_id": event["event_id"]}}
    if field(event, "content", "m.relates_to", "rel_type") != "m.thread":
        return reply
    root = text_field(event, "content", "m.relates_to", "event_id")
    return reply | {"rel_type": "m.thread", "event_id": root, "is_falling_back": False}


def is_edit(event: Event) -> bool:
    """Return True for the new version of an earlier message."""
    return bool(field(event, "content", "m.relates_to", "rel_type") == "m.replace")


def visible_text(event: Event) -> str:
    """Return the text, the caption of a file or the name of a sticker, without spoilers."""
    content = event["content"]
    kind, body = text_field(content, "msgtype"), text_field(content, "body")
    if event["type"] == "m.sticker":
        return body
    if kind in _MEDIA and text_field(content, "filename") in ("", body):
        return ""  # the body is the file's name
    if kind not in _TEXTS | _MEDIA:
        return ""
    formatted = text_field(content, "formatted_body")
    if "data-mx-spoiler" in formatted:
        return _without_spoilers(formatted)
    return _QUOTE.sub("", body) if replied_event(event) else body


def has_picture(event: Event) -> bool:
    """Return True for a picture or a sticker."""
    return event["type"] == "m.sticker" or text_field(event, "content", "msgtype") == "m.image"


def mentions(event: Event, me: str) -> bool:
    """Return True if a message mentions the bot; replies to it do, by their mentions."""
    mentioned = field(event, "content", "m.mentions", "user_ids")
    if isinstance(mentioned, list):
        return me in mentioned
    bodies = (text_field(event, "content", key) for key in ("body", "formatted_body"))
    return any(me in body for body in bodies)


def notice(text: str) -> dict[str, Any]:
    """Return the content of a text by the bot, to which other bots do not react."""
    return {"msgtype": "m.notice", "body": text}


def _without_spoilers(formatted: str) -> str:
    """Return the text of an HTML body, without spoilers and quoted messages."""
    body = BeautifulSoup(formatted, "html.parser")
    for hidden in body.find_all(lambda t: t.name == "mx-reply" or t.has_attr("data-mx-spoiler")):
        hidden.replace_with(" ")
    return body.get_text()
