"""Calls of the bot to fake Telegram, and how they fail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from tests.e2e.telegram_payloads import Payload, reaction_names

LOST_ANSWER = 599
"""Status of a call that took effect, and whose connection was cut before the answer."""


@dataclass(frozen=True)
class Call:
    """A call of the bot, with its form fields as sent."""

    method: str
    fields: Mapping[str, str]
    status: int
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def buttons(self) -> list[Payload]:
        """The buttons of the keyboard that was sent along, row after row."""
        keyboard = json.loads(self.fields.get("reply_markup", '{"inline_keyboard": []}'))
        return [button for row in keyboard["inline_keyboard"] for button in row]

    @property
    def text(self) -> str:
        """The text or caption."""
        return self.fields.get("text") or self.fields.get("caption") or ""

    @property
    def emojis(self) -> list[str]:
        """The emojis of a setMessageReaction call; custom ones by their ids."""
        return reaction_names(json.loads(self.fields["reaction"]))


@dataclass(frozen=True)
class Refusal:
    """The failure of the next call of a method.

    Status 0 cuts the connection, ``LOST_ANSWER`` after the call took effect; 200 is a result that
    is cut off after the description.
    """

    method: str
    status: int
    description: str = "no"
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None

    def response(self, request: web.Request) -> web.Response:
        """Return the failure in Telegram's form; a 502 comes from a proxy, as HTML."""
        if self.status in (0, LOST_ANSWER):
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=self.status or 503)  # not sent
        if self.status == 200:
            return web.Response(text=f'{{"ok": true, "result": ["{self.description}')
        if self.status == 502:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        parameters = {
            name: value
            for name in ("retry_after", "migrate_to_chat_id")
            if (value := getattr(self, name)) is not None
        }
        return failure(self.status, self.description, parameters)


def failure(status: int, description: str, parameters: Payload | None = None) -> web.Response:
    """Return an error in Telegram's form."""
    body = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)
