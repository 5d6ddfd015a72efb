"""Text commands, such as ``!emoji``."""

import re

from bot.adapters import text_commands
from bot.adapters.matrix import events
from bot.adapters.matrix.context import AdapterContext
from bot.adapters.matrix.events import PREFIX, Event
from bot.adapters.matrix.responder import Responder
from bot.adapters.text_commands import TextCommand
from bot.core.errors import StoreFailed
from bot.core.events import IncomingMessage, MessageRef, TextOrigin
from bot.core.members.privacy import DATA_FILENAME
from bot.core.messages.explanation import explain_unanswered
from bot.i18n import localize

_USER = re.compile(r"@[^\s:]+:\S+")


def is_command(event: Event) -> bool:
    """Return True for a command of this bot."""
    parsed = events.parse_command(event)
    return parsed is not None and parsed[0] in ("emoji", *text_commands.COMMANDS)


async def handle(context: AdapterContext, room: str, event: Event) -> None:
    """Carry out a command."""
    parsed = events.parse_command(event)
    assert parsed is not None  # noqa: S101 - ``is_command``
    name, argument = parsed
    responder, language = Responder(context, room, event), await context.language(room)
    if name == "emoji":
        text = await _suggest(context, room, event, argument)
    else:
        command = TextCommand(
            components=context.components,
            privacy=context.privacy_commands,
            ref=events.ref(room, event["event_id"]),
            member=context.member(event["sender"]),
            argument=argument,
            language=language,
            is_admin=context.is_admin(room, event["sender"]),
            replied=await _replied_ref(context, room, event),
            replied_text=lambda: _replied_text(context, room, event),
            member_in=lambda text: _USER.sub(lambda found: context.member(found[0]), text),
        )
        text = await text_commands.answer(name, command, PREFIX)
    if text:
        await context.attempt(responder.say(text, "answer"))
    if name == "privacy":
        await _send_data(context, room, event, language)


async def _suggest(context: AdapterContext, room: str, event: Event, text: str) -> str:
    """Offer emojis for a text, or for the message replied to; return why there are none."""
    language, origin = await context.language(room), None
    if not text and (replied := await context.fetch(room, events.replied_event(event))):
        text, origin = events.visible_text(replied), TextOrigin(context.member(replied["sender"]))
    if not text.strip():
        return text_commands.with_prefix(localize("emoji.usage", language), PREFIX)
    request = IncomingMessage(
        events.ref(room, event["event_id"]),
        context.member(event["sender"]),
        text,
        requested=True,
        may_store_text=True,
        origin=origin,
    )
    outcome = await context.service.on_message(request, Responder(context, room, event))
    return explain_unanswered(outcome, language) or ""


async def _replied_ref(context: AdapterContext, room: str, event: Event) -> MessageRef | None:
    replied = events.replied_event(event)
    if not replied:
        return None
    chat = events.ref(room, "")
    try:
        offer = await context.store.related_events.find(chat, events.stored_id(replied))
    except StoreFailed:
        offer = None
    return offer.ref if offer else events.ref(room, replied)


async def _replied_text(context: AdapterContext, room: str, event: Event) -> str:
    replied = await context.fetch(room, events.replied_event(event))
    return events.text_field(replied, "content", "body")


async def _send_data(context: AdapterContext, room: str, event: Event, language: str) -> None:
    """Send a member their data as a file, in a private chat."""
    responder, gateway = Responder(context, room, event), context.gateway
    if not context.is_private(room):
        await context.attempt(responder.say(localize("privacy.own_private", language), "own"))
        return
    try:
        data = await context.privacy_commands.data_file(context.member(event["sender"]))
    except StoreFailed:
        return
    if url := await context.attempt(gateway.upload(data, DATA_FILENAME, "application/json")):
        content = {
            "msgtype": "m.file",
            "body": localize("privacy.own", language),
            "filename": DATA_FILENAME,
            "url": url,
            "info": {"mimetype": "application/json", "size": len(data)},
        }
        transaction = f"own {event['event_id']}"
        await context.attempt(gateway.send(room, "m.room.message", content, transaction))
