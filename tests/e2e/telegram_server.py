"""A Telegram of our own: the part of the Bot API that the bot uses, with a memory."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from model.emoji import TELEGRAM_REACTIONS
from tests.e2e import bot_api
from tests.e2e.journal import Journal

Payload = dict[str, Any]

TOKEN = "123456789:AAtest-not-a-real-token-only-loopbk"
# As long as real ones, so that no time or port can look like a person.
ALICE, BOB, BOT, OTHER_BOT = 5010000501, 5020000502, 123456789, 9030000903
GROUP, PRIVATE = -1001000001001, ALICE
"""A private chat has the id of its member."""
USERNAME = "emoji_test_bot"
# What getUpdates sends where allowed_updates is not given: all but these.
_OPT_IN = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True)
class Call:
    """A call of the bot, with its form fields as sent."""

    method: str
    fields: Mapping[str, str]
    status: int

    @property
    def emojis(self) -> list[str]:
        """The emojis of a setMessageReaction call."""
        return [each["emoji"] for each in json.loads(self.fields["reaction"])]


@dataclass(frozen=True)
class Refusal:
    """What the next call of a method gets instead of its answer.

    Status 0 cuts the connection, 200 is an answer that is cut off after the description.
    """

    method: str
    status: int
    description: str = "no"
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None

    def response(self, request: web.Request) -> web.Response:
        """Give the answer in Telegram's form; a 502 comes from a proxy, as HTML."""
        if self.status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.status == 200:
            return web.Response(text=f'{{"ok": true, "result": ["{self.description}')
        if self.status == 502:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        parameters = {
            name: value
            for name in ("retry_after", "migrate_to_chat_id")
            if (value := getattr(self, name)) is not None
        }
        return _failure(self.status, self.description, parameters)


def _failure(status: int, description: str, parameters: Payload | None = None) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)


def user(user_id: int) -> Payload:
    """Describe an account."""
    bot = user_id in (BOT, OTHER_BOT)
    described = {"id": user_id, "is_bot": bot, "first_name": f"U{user_id}"}
    return described | ({"username": USERNAME} if user_id == BOT else {})


def chat(chat_id: int) -> Payload:
    """Describe a chat as messages do."""
    if chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": f"U{chat_id}"}
    return {"id": chat_id, "type": "supergroup", "title": "Group"}


class TelegramServer:
    """Listens on loopback; tests speak and react as people through its methods."""

    def __init__(self) -> None:
        """Build the routes; ``start`` listens."""
        self.calls: Journal[Call] = Journal()
        self.refusals: deque[Refusal] = deque()
        """Each taken by the next call of its method."""
        self.available: Sequence[str] | None = None
        """What the group allows; None for all."""
        self.reactions: dict[tuple[int, int], list[str]] = {}
        """The bot's reaction on each message."""
        self.webhook = ""
        self.flowing = asyncio.Event()
        """While cleared, setMessageReaction calls are kept waiting."""
        self.flowing.set()
        self.waiting: Journal[int] = Journal()
        """Messages whose setMessageReaction calls have come in, answered or not."""
        self.errors: list[str] = []
        """Calls that Telegram does not document; a test with any has failed."""
        self._updates: Journal[Payload] = Journal()
        self._confirmed = 0
        self._next_id = 1000
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        self.origin = ""

    async def start(self) -> None:
        """Listen on a free port."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    def say(self, text: str, author: int = ALICE, chat_id: int = GROUP, **changes: object) -> int:
        """Write a message; returns its id."""
        self._next_id += 1
        said = {
            "message_id": self._next_id,
            "date": 1_800_000_000,
            "chat": chat(chat_id),
            "from": user(author),
            "text": text,
        }
        self._update("message", said | changes)
        return self._next_id

    def edit(self, message_id: int, text: str, author: int = ALICE) -> None:
        """Change what a message says."""
        edited = {
            "message_id": message_id,
            "date": 1_800_000_000,
            "edit_date": 1_800_000_001,
            "chat": chat(GROUP),
            "from": user(author),
            "text": text,
        }
        self._update("edited_message", edited)

    def react(
        self,
        message_id: int,
        author: int,
        old: Sequence[str],
        new: Sequence[str],
        chat_id: int = GROUP,
    ) -> None:
        """Change ``author``'s reactions on a message."""
        change = {
            "chat": chat(chat_id),
            "message_id": message_id,
            "user": user(author),
            "date": 1_800_000_000,
            "old_reaction": [{"type": "emoji", "emoji": emoji} for emoji in old],
            "new_reaction": [{"type": "emoji", "emoji": emoji} for emoji in new],
        }
        self._update("message_reaction", change)

    async def reaction_calls(self, message_id: int, count: int = 1) -> list[Call]:
        """Wait for ``count`` setMessageReaction calls for a message."""
        return await self.calls.wait(
            lambda call: (
                call.method == "setmessagereaction"
                and call.fields.get("message_id") == str(message_id)
            ),
            count,
        )

    async def polling(self) -> None:
        """Wait until the bot asks for updates."""
        await self.calls.wait(lambda call: call.method == "getupdates")

    async def confirmed(self) -> None:
        """Wait until the bot has asked past everything that happened so far."""
        last = self._updates.entries[-1]["update_id"]
        await self.calls.wait(
            lambda call: call.method == "getupdates" and int(call.fields.get("offset", 0)) > last
        )

    def _update(self, kind: str, content: Payload) -> None:
        number = len(self._updates.entries) + 1
        self._updates.add({"update_id": number, kind: content})

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        fields = {name: str(value) for name, value in (await request.post()).items()}
        try:
            bot_api.check(method, fields)
        except bot_api.OffSpecification as error:
            self.errors.append(str(error))
        if method == "getupdates":
            # A long poll is written down when it comes, as it may stay.
            self.calls.add(Call(method, fields, 0))
        response = await self._answer(request, method, fields)
        if method != "getupdates":
            self.calls.add(Call(method, fields, response.status))
        return response

    async def _answer(
        self, request: web.Request, method: str, fields: Mapping[str, str]
    ) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _failure(401, "Unauthorized")
        if method == "setmessagereaction":
            self.waiting.add(int(fields["message_id"]))
            await self.flowing.wait()
        for refusal in self.refusals:
            if refusal.method.lower() == method:
                self.refusals.remove(refusal)
                return refusal.response(request)
        if method == "getupdates" and self.webhook:
            return _failure(409, "Conflict: can't use getUpdates method while webhook is active")
        result = await self._result(method, fields)
        if isinstance(result, web.Response):
            return result
        return web.json_response({"ok": True, "result": result})

    async def _result(self, method: str, fields: Mapping[str, str]) -> object:
        match method:
            case "getme":
                return user(BOT) | {"can_join_groups": True, "can_read_all_group_messages": True}
            case "deletewebhook":
                self.webhook = ""
                return True
            case "getupdates":
                return await self._get_updates(fields)
            case "getchat":
                return self._get_chat(int(fields["chat_id"]))
            case "setmessagereaction":
                return self._set_reaction(fields)
        return _failure(404, "Not Found")

    async def _get_updates(self, fields: Mapping[str, str]) -> list[Payload]:
        allowed = json.loads(fields.get("allowed_updates", "[]"))
        self._confirmed = max(self._confirmed, int(fields.get("offset", 1)) - 1)

        def due(update: Payload) -> bool:
            (kind,) = update.keys() - {"update_id"}
            wanted = kind in allowed if allowed else kind not in _OPT_IN
            return wanted and update["update_id"] > self._confirmed

        try:
            async with asyncio.timeout(int(fields.get("timeout", 0))):
                await self._updates.wait(due)
        except TimeoutError:
            return []
        return self._updates.matching(due)[: int(fields.get("limit", 100))]

    def _get_chat(self, chat_id: int) -> Payload:
        full = chat(chat_id) | {"accent_color_id": 0, "max_reaction_count": 11}
        full["accepted_gift_types"] = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        )
        if self.available is not None:
            full["available_reactions"] = [{"type": "emoji", "emoji": e} for e in self.available]
        return full

    def _set_reaction(self, fields: Mapping[str, str]) -> object:
        wanted = [each.get("emoji", "") for each in json.loads(fields.get("reaction", "[]"))]
        allowed = TELEGRAM_REACTIONS.values() if self.available is None else self.available
        if len(wanted) > 1:
            return _failure(400, "Bad Request: REACTIONS_TOO_MANY")
        if any(e not in allowed or e not in TELEGRAM_REACTIONS.values() for e in wanted):
            return _failure(400, "Bad Request: REACTION_INVALID")
        self.reactions[int(fields["chat_id"]), int(fields["message_id"])] = wanted
        return True
