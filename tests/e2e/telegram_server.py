"""Fake Telegram: the part of the Bot API that the bot uses."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.utils import formatdate

from aiohttp import ClientSession, web

from model.emoji import TELEGRAM_REACTIONS
from tests.e2e import bot_api
from tests.e2e.event_log import TIMEOUT_SECONDS, EventLog
from tests.e2e.telegram_business import TelegramBusiness
from tests.e2e.telegram_calls import LOST_ANSWER, Call, Refusal, failure
from tests.e2e.telegram_payloads import (
    BOT,
    TOKEN,
    Payload,
    chat,
    chat_member,
    custom_emoji_sticker,
    full_chat,
    now,
    reaction_names,
    user,
)

# Kinds that getUpdates does not send unless allowed_updates names them.
_OPT_IN = {"chat_member", "message_reaction", "message_reaction_count"}


class TelegramServer(TelegramBusiness):
    """Fake Telegram on loopback; tests send and react as members through its methods."""

    def __init__(self) -> None:
        """Build the routes; ``start`` listens."""
        super().__init__()
        self.calls: EventLog[Call] = EventLog()
        self.refusals: deque[Refusal] = deque()
        """Each taken by the next call of its method."""
        self.available_reactions: Sequence[str] | None = None
        """The reactions that the group allows, custom ones by their ids; None for all."""
        self.reactable = True
        """False if only admins of groups may react."""
        self.custom_emojis: dict[str, str] = {}
        """The emoji that each custom emoji stands for, by its id."""
        self.reactions: dict[tuple[int, int], list[str]] = {}
        """The bot's reaction on each message."""
        self.webhook, self.secret = "", ""
        self.subscribed: list[str] = []
        """The kinds of updates that the bot requested last."""
        self.last_webhook_error: tuple[int, str] | None = None
        """When Telegram last failed to deliver to the webhook, and why."""
        self.can_join_groups = True
        """True if the bot can be added to groups."""
        self.can_connect_to_business = True
        """True if business accounts can connect the bot."""
        self.reads_all_messages = True
        """True if the bot's group privacy is off."""
        self.repeats: list[int] = []
        """Numbers of updates that the next poll brings once more."""
        self._polling: asyncio.Future[None] | None = None
        self.accepting_reactions = asyncio.Event()
        """While cleared, setMessageReaction calls wait."""
        self.accepting_reactions.set()
        self.answering_polls = asyncio.Event()
        """While cleared, getUpdates calls are not answered."""
        self.answering_polls.set()
        self.answering_chats = asyncio.Event()
        """While cleared, getChat calls wait."""
        self.answering_chats.set()
        self.answering_members = asyncio.Event()
        """While cleared, getChatMember calls wait."""
        self.answering_members.set()
        self.pending_reactions: EventLog[int] = EventLog()
        """Messages whose setMessageReaction calls have arrived, answered or not."""
        self.arrivals: dict[int, float] = {}
        """When the first of them arrived, by ``time.perf_counter``."""
        self.errors: list[str] = []
        """Calls that violate the specification; a test with any fails."""
        self._files: dict[str, bytes] = {}
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/documents/{id}", self._download)
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

    def upload(self, written: bytes) -> Payload:
        """Return a document that members may send."""
        number = str(len(self._files) + 1)
        self._files[number] = written
        return {"file_id": number, "file_unique_id": number, "file_size": len(written)}

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return failure(401, "Unauthorized")
        return web.Response(body=self._files[request.match_info["id"]])

    async def reaction_calls(self, message_id: int, count: int = 1) -> list[Call]:
        """Wait for ``count`` setMessageReaction calls for a message."""
        return await self.calls.wait(
            lambda call: (
                call.method == "setmessagereaction"
                and call.fields.get("message_id") == str(message_id)
            ),
            count,
        )

    async def wait_for_calls(self, method: str, count: int = 1, **fields: object) -> list[Call]:
        """Wait for ``count`` calls of a method with these fields."""
        wanted = {name: str(value) for name, value in fields.items()}
        return await self.calls.wait(
            lambda call: call.method == method.lower() and wanted.items() <= call.fields.items(),
            count,
        )

    async def replies_to(self, message_id: int, count: int = 1) -> list[Call]:
        """Wait for ``count`` messages or files that reply to a message."""
        return await self.calls.wait(
            lambda call: (
                call.method in ("sendmessage", "sendphoto", "senddocument")
                and json.loads(call.fields.get("reply_parameters", "{}")).get("message_id")
                == message_id
            ),
            count,
        )

    async def deliver(self, number: int, url: str, secret: str | None = None) -> int:
        """Send an update to a webhook; return the status of the response."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret if secret is None else secret}
        update = self._updates.entries[number - 1]
        async with (
            ClientSession() as session,
            session.post(url, json=update, headers=headers) as answer,
        ):
            return answer.status

    async def polling(self) -> None:
        """Wait until the bot polls."""
        await self.calls.wait(lambda call: call.method == "getupdates")

    async def confirmed(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until the bot has confirmed all updates so far."""
        last = self.last_update
        await self.calls.wait(
            lambda call: call.method == "getupdates" and int(call.fields.get("offset", 0)) > last,
            seconds=seconds,
        )

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        given = await request.post()
        files = {
            name: value.file.read()
            for name, value in given.items()
            if isinstance(value, web.FileField)
        }
        fields = {name: str(value) for name, value in given.items() if name not in files}
        try:
            bot_api.check(method, fields | dict.fromkeys(files, ""))
        except bot_api.SpecificationViolation as error:
            self.errors.append(str(error))
        if method == "getupdates":
            # A long poll is logged when it arrives, as it may last.
            self.calls.add(Call(method, fields, 0))
        response = await self._answer(request, method, fields)
        if method != "getupdates":
            self.calls.add(Call(method, fields, response.status, files))
        response.headers["Date"] = formatdate(time.time() + self.clock_offset, usegmt=True)
        return response

    async def _answer(
        self, request: web.Request, method: str, fields: Mapping[str, str]
    ) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return failure(401, "Unauthorized")
        await self._hold(method, fields)
        for refusal in self.refusals:
            if refusal.method.lower() == method:
                self.refusals.remove(refusal)
                if refusal.status == LOST_ANSWER:
                    self._result(method, fields)
                return refusal.response(request)
        if method == "getupdates" and self.webhook:
            return failure(409, "Conflict: can't use getUpdates method while webhook is active")
        polled = method == "getupdates"
        result = await self._get_updates(fields) if polled else self._result(method, fields)
        if polled:
            await self.answering_polls.wait()
        if isinstance(result, web.Response):
            return result
        return web.json_response({"ok": True, "result": result})

    async def _hold(self, method: str, fields: Mapping[str, str]) -> None:
        """Wait while calls of the method are not answered."""
        if method == "setmessagereaction":
            self.arrivals.setdefault(int(fields["message_id"]), time.perf_counter())
            self.pending_reactions.add(int(fields["message_id"]))
            await self.accepting_reactions.wait()
        if method == "getchat":
            await self.answering_chats.wait()
        if method == "getchatmember":
            await self.answering_members.wait()

    def _result(self, method: str, fields: Mapping[str, str]) -> object:
        if method in ("setmycommands", "answercallbackquery", "answerinlinequery"):
            return True
        if method in ("sendmessage", "editmessagetext", "sendphoto", "senddocument"):
            return self._send(method, fields)
        handlers: Mapping[str, Callable[[Mapping[str, str]], object]] = {
            "getme": self._get_me,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._set_webhook,
            "getwebhookinfo": self._webhook_info,
            "getchatmember": self._get_chat_member,
            "getfile": self._get_file,
            "getchat": self._get_chat,
            "setmessagereaction": self._set_reaction,
            "getcustomemojistickers": self._get_custom_emojis,
            "getbusinessconnection": self._get_business_connection,
            "answerguestquery": lambda _fields: {"inline_message_id": "1"},
        }
        handler = handlers.get(method)
        return failure(404, "Not Found") if handler is None else handler(fields)

    def _get_me(self, _fields: Mapping[str, str]) -> Payload:
        abilities = dict.fromkeys(("supports_inline_queries", "supports_guest_queries"), True)
        abilities["can_join_groups"] = self.can_join_groups
        abilities["can_connect_to_business"] = self.can_connect_to_business
        return user(BOT) | abilities | {"can_read_all_group_messages": self.reads_all_messages}

    def _set_webhook(self, fields: Mapping[str, str]) -> bool:
        self.webhook = fields.get("url", "")
        self.secret = fields.get("secret_token", self.secret)
        self._subscribe(fields)
        return True

    def _get_custom_emojis(self, fields: Mapping[str, str]) -> list[Payload]:
        asked = json.loads(fields["custom_emoji_ids"])
        known = self.custom_emojis
        return [custom_emoji_sticker(each, known[each]) for each in asked if each in known]

    def _get_chat_member(self, fields: Mapping[str, str]) -> Payload:
        account = int(fields["user_id"])
        return chat_member(account, self.statuses.get(account, "member"))

    def _get_file(self, fields: Mapping[str, str]) -> Payload:
        number = fields["file_id"]
        file = {"file_id": number, "file_unique_id": number}
        return file | {"file_path": f"documents/{number}"}

    def _subscribe(self, fields: Mapping[str, str]) -> None:
        if "allowed_updates" in fields:  # otherwise the earlier ones stay
            self.subscribed = json.loads(fields["allowed_updates"])

    def _webhook_info(self, _fields: Mapping[str, str]) -> Payload:
        info: Payload = {"url": self.webhook, "has_custom_certificate": False}
        info |= {"pending_update_count": self.last_update - self._confirmed}
        if self.subscribed:
            info["allowed_updates"] = self.subscribed
        if self.last_webhook_error:
            info["last_error_date"], info["last_error_message"] = self.last_webhook_error
        return info

    def _send(self, method: str, fields: Mapping[str, str]) -> Payload | web.Response:
        if refusal := self._refusal_of_business(fields):
            return refusal
        self._next_id += 1
        message: Payload = {
            "message_id": int(fields.get("message_id", self._next_id)),
            "date": now(),
            "chat": chat(int(fields["chat_id"])),
            "from": user(BOT),
        }
        return message | ({"text": fields["text"]} if "text" in fields else {})

    async def _get_updates(self, fields: Mapping[str, str]) -> list[Payload] | web.Response:
        self._subscribe(fields)
        allowed = self.subscribed
        before_offset = int(fields.get("offset", 1)) - 1
        if before_offset <= self.last_update:  # Telegram ignores an offset that is too great
            self._confirmed = max(self._confirmed, before_offset)

        def due(update: Payload) -> bool:
            (kind,) = update.keys() - {"update_id"} or {"unknown"}
            wanted = kind in allowed if allowed else kind not in _OPT_IN
            number = update["update_id"]
            unnumbered = type(number) is not int
            return (wanted or kind == "unknown") and (unnumbered or number > self._confirmed)

        again, self.repeats = [self._updates.entries[n - 1] for n in self.repeats], []
        if not again and not await self._wait(due, int(fields.get("timeout", 0))):
            return failure(409, "Conflict: terminated by other getUpdates request")
        new = self._updates.filter(due)[: int(fields.get("limit", 100)) - len(again)]
        return sorted(again + new, key=lambda update: str(update["update_id"]).zfill(9))

    async def _wait(self, due: Callable[[Payload], bool], seconds: int) -> bool:
        """Wait for an update; return False if another poll takes over."""
        if self._polling is not None and not self._polling.done():
            self._polling.set_result(None)
        superseded = self._polling = asyncio.get_running_loop().create_future()
        news = asyncio.create_task(self._updates.wait(due, seconds=seconds))
        try:
            await asyncio.wait([news, superseded], return_when=asyncio.FIRST_COMPLETED)
            if not news.done():
                return False
            with suppress(TimeoutError):
                await news
            return True
        finally:
            news.cancel()

    def _get_chat(self, fields: Mapping[str, str]) -> Payload:
        return full_chat(int(fields["chat_id"]), self.available_reactions, reactable=self.reactable)

    def _set_reaction(self, fields: Mapping[str, str]) -> object:
        wanted = reaction_names(json.loads(fields.get("reaction", "[]")))
        known = (*TELEGRAM_REACTIONS.values(), *self.custom_emojis)
        every = TELEGRAM_REACTIONS.values()
        allowed = every if self.available_reactions is None else self.available_reactions
        if len(wanted) > 1:
            return failure(400, "Bad Request: REACTIONS_TOO_MANY")
        if any(e not in allowed or e not in known for e in wanted):
            return failure(400, "Bad Request: REACTION_INVALID")
        self.reactions[int(fields["chat_id"]), int(fields["message_id"])] = wanted
        return True
