"""Commands, menus and buttons of members, and the bot's responses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord_components import FRAMED, buttons_of, visible_text
from tests.e2e.discord_gateway import Gateway
from tests.e2e.discord_payloads import (
    ALICE,
    BOT,
    CHANNEL,
    DM,
    GUILD,
    Payload,
    channel,
    member,
    message,
    user,
)
from tests.e2e.event_log import EventLog
from tests.e2e.openapi import form_parts

EVERYTHING = str((1 << 52) - 1)
MANAGE_GUILD = 1 << 5
COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4
SLASH, MESSAGE_MENU = 1, 3
EPHEMERAL = 1 << 6
DEFERRED, DEFERRED_UPDATE = 5, 6


@dataclass(frozen=True)
class Response:
    """A callback, the edit of what it deferred, or a further message."""

    interaction: str
    kind: str
    """``callback``, ``edit`` or ``followup``."""
    data: Payload
    type: int = 0
    """Of a callback."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    message: str = ""
    """The id of the message that the answer became, if it is an edit or a follow-up."""

    @property
    def text(self) -> str:
        """Visible text."""
        return visible_text(self.data.get("content"), self.data.get("components"))

    @property
    def private(self) -> bool:
        """Visible to one member only."""
        return bool(int(self.data.get("flags") or 0) & EPHEMERAL)

    @property
    def buttons(self) -> list[Payload]:
        """Every button, row by row."""
        return [dict(each) for each in buttons_of(self.data.get("components"))]

    @property
    def framed(self) -> bool:
        """True for components v2."""
        return bool(int(self.data.get("flags") or 0) & FRAMED)


class Interactions:
    """Registers commands, starts interactions and writes down what is answered."""

    def __init__(self, gateway: Gateway) -> None:
        """Send through ``gateway``."""
        self._gateway = gateway
        self._next_id = 70_000
        self.commands: list[Payload] = []
        """Commands that the bot registered."""
        self.responses: EventLog[Response] = EventLog()
        self._private: dict[str, bool] = {}

    def add_routes(self, app: web.Application, api: str) -> None:
        """Answer the bot's requests under ``api``."""
        app.router.add_put(api + "/applications/{application}/commands", self._register)
        app.router.add_post(api + "/interactions/{id}/{token}/callback", self._callback)
        hook = api + "/webhooks/{application}/{token}"
        app.router.add_patch(hook + "/messages/@original", self._edit)
        app.router.add_post(hook, self._follow_up)

    async def slash(
        self,
        name: str,
        options: Sequence[Payload] = (),
        *,
        author: str = ALICE,
        place: str = CHANNEL,
        permissions: int = 0,
        resolved: Payload | None = None,
        **changes: object,
    ) -> str:
        """Type a command; returns the interaction's id. ``name`` may hold a subcommand."""
        root, *inner = name.split()
        given = list(options)
        for each in reversed(inner):
            given = [{"type": 1, "name": each, "options": given}]
        data = {"id": "1", "name": root, "type": SLASH, "options": given}
        if resolved:
            data["resolved"] = resolved
        return await self._start(COMMAND, data, author, place, permissions, changes)

    async def complete(self, name: str, options: Sequence[Payload], **how: Any) -> list[str]:  # noqa: ANN401
        """Type part of an option; returns what is proposed."""
        interaction = await self.slash(name, options, **how, type=AUTOCOMPLETE)
        (answer,) = await self.response_to(interaction)
        return [choice["value"] for choice in answer.data["choices"]]

    async def menu(
        self, name: str, target: Payload, *, author: str = ALICE, place: str = CHANNEL
    ) -> str:
        """Choose an app's entry in the menu of a message."""
        data = {
            "id": "2",
            "name": name,
            "type": MESSAGE_MENU,
            "target_id": target["id"],
            "resolved": {"messages": {target["id"]: target}},
        }
        return await self._start(COMMAND, data, author, place, 0, {})

    async def press(
        self,
        button: Payload,
        message_id: str,
        *,
        author: str = ALICE,
        place: str = CHANNEL,
        framed: bool = False,
    ) -> str:
        """Press a button under a message of the bot, or in its frame."""
        rows: list[Payload] = [{"type": 1, "components": [{**button, "id": 2}], "id": 1}]
        if framed:
            rows = [{"type": 17, "components": rows, "id": 3, "spoiler": False}]
        flags = FRAMED if framed else 0
        under = message(message_id, place, BOT, "", components=rows, flags=flags)
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return await self._start(COMPONENT, data, author, place, 0, {"message": under})

    async def response_to(self, interaction: str, kind: str = "callback") -> list[Response]:
        """Wait for an answer of a kind."""
        return await self.responses.wait(
            lambda answer: answer.interaction == interaction and answer.kind == kind
        )

    async def edited(self, interaction: str) -> Response:
        """Wait for the edit of a deferred response; it has the same visibility."""
        (answer,) = await self.response_to(interaction, "edit")
        flags = EPHEMERAL if self._private[interaction] else 0
        flags |= int(answer.data.get("flags") or 0)
        return Response(
            answer.interaction,
            answer.kind,
            {**answer.data, "flags": flags},
            files=answer.files,
            message=answer.message,
        )

    async def _start(
        self,
        kind: int,
        data: Payload,
        author: str,
        place: str,
        permissions: int,
        changes: Mapping[str, object],
    ) -> str:
        self._next_id += 1
        interaction: Payload = {
            "id": str(self._next_id),
            "application_id": BOT,
            "type": kind,
            "data": data,
            "channel_id": place,
            "channel": channel(place),
            "token": f"token-{self._next_id}",
            "version": 1,
            "locale": "en-US",
            "app_permissions": EVERYTHING,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 10_485_760,
        }
        if place == DM:
            interaction |= {"user": user(author), "context": 1}
        else:
            by = member(author) | {"permissions": str(permissions)}
            interaction |= {"guild_id": GUILD, "guild_locale": "en-US", "member": by, "context": 0}
        await self._gateway.dispatch("INTERACTION_CREATE", {**interaction, **changes})
        return str(interaction["id"])

    async def _register(self, request: web.Request) -> web.Response:
        self.commands = await request.json()
        shared = {"application_id": BOT, "version": "1", "description": ""}
        registered = [
            {**shared, **each, "id": str(index)} for index, each in enumerate(self.commands, 1)
        ]
        return json_response(registered)

    async def _callback(self, request: web.Request) -> web.Response:
        body, files = await read(request)
        data = body.get("data") or {}
        interaction = request.match_info["id"]
        self._private[interaction] = bool(int(data.get("flags") or 0) & EPHEMERAL)
        self.responses.add(Response(interaction, "callback", data, body["type"], files))
        payload = {"id": interaction, "type": COMMAND, "response_message_loading": True}
        return json_response({"interaction": payload})

    async def _edit(self, request: web.Request) -> web.Response:
        return await self._message(request, "edit")

    async def _follow_up(self, request: web.Request) -> web.Response:
        return await self._message(request, "followup")

    async def _message(self, request: web.Request, kind: str) -> web.Response:
        body, files = await read(request)
        interaction = request.match_info["token"].removeprefix("token-")
        self._next_id += 1
        self.responses.add(
            Response(interaction, kind, body, files=files, message=str(self._next_id))
        )
        components = body.get("components") or []
        payload = message(str(self._next_id), CHANNEL, BOT, "", components=components)
        return json_response(payload)


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer as Discord does: with a charset in its type, discord.py would not parse the body."""
    exact = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=exact)


async def read(request: web.Request) -> tuple[Payload, dict[str, bytes]]:
    """The JSON of a request and the files that came with it."""
    if not request.content_type.startswith("multipart/"):
        return await request.json(), {}
    parts = form_parts(await request.read(), request.headers["Content-Type"])
    files = {name: data for name, data in parts.items() if name != "payload_json"}
    return json.loads(parts["payload_json"]), files
