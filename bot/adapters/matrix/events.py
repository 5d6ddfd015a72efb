"""Conversion of Matrix's events to the core's; pure functions over events as they are sent."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from bot.core.events import IncomingMessage, MessageRef
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.relevance import is_relevant
from bot.core.messages.silence import DropReason

NAME = "matrix"
PREFIX = "!"
MAX_ID_LENGTH = 64
"""Of ids in the database; those of early room versions hold the name of a server."""
_TEXTS = frozenset(("m.text", "m.emote"))
_MEDIA = frozenset(("m.image", "m.video", "m.file", "m.audio"))

Event = Mapping[str, Any]


def stored_id(platform_id: str) -> str:
    """Return an id of a room or event as it is stored: long ones as a hash."""
    if len(platform_id) <= MAX_ID_LENGTH:
        return platform_id
    return sha256(platform_id.encode("utf-8", "surrogatepass")).hexdigest()


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
        return _VisibleText.of(formatted)
    return _without_quote(body) if replied_event(event) else body


def has_picture(event: Event) -> bool:
    """Return True for a picture or a sticker."""
    return event["type"] == "m.sticker" or text_field(event, "content", "msgtype") == "m.image"


def parse_command(event: Event) -> tuple[str, str] | None:
    """Return a command's name and the text after it; None for another message."""
    text = visible_text(event).strip()
    if text_field(event, "content", "msgtype") != "m.text" or not text.startswith(PREFIX):
        return None
    name, _, argument = text.removeprefix(PREFIX).partition(" ")
    return name.casefold(), argument.strip()


def to_incoming(
    event: Event, room: str, me: str, pseudonyms: Pseudonyms, *, private: bool
) -> IncomingMessage | DropReason:
    """Return the message for the core, or why it is not one to answer."""
    if event["sender"] == me or text_field(event, "content", "msgtype") == "m.notice":
        return DropReason.NOT_BY_PERSON  # bots send notices
    text = visible_text(event)
    if not text.strip():
        return DropReason.NO_TEXT
    addressed = private or _mentions(event, me)
    if not addressed and not is_relevant(text):
        return DropReason.IRRELEVANT
    return IncomingMessage(
        ref=ref(room, event["event_id"]),
        author=pseudonyms.key(NAME, event["sender"]),
        text=text,
        addressed=addressed,
        requested=private,
        has_picture=has_picture(event),
        may_store_text=event["type"] != "m.sticker",
    )


def _mentions(event: Event, me: str) -> bool:
    """Return True if a message mentions the bot; replies to it do, by their mentions."""
    mentioned = field(event, "content", "m.mentions", "user_ids")
    if isinstance(mentioned, list):
        return me in mentioned
    bodies = (text_field(event, "content", key) for key in ("body", "formatted_body"))
    return any(me in body for body in bodies)


def _without_quote(body: str) -> str:
    """Remove the quoted message with which earlier clients begin a reply."""
    lines = body.split("\n")
    while lines and lines[0].startswith("> "):
        del lines[0]
    return "\n".join(lines).lstrip("\n")


class _VisibleText(HTMLParser):
    """The text of an HTML body, without spoilers and quoted messages."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._hidden: list[str] = []

    @classmethod
    def of(cls, body: str) -> str:
        parser = cls()
        parser.feed(body)
        parser.close()
        return "".join(parser._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spoiler = any(name == "data-mx-spoiler" for name, _ in attrs)
        if spoiler or tag == "mx-reply" or tag in self._hidden:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        self._parts.append(" " if self._hidden else data)
