"""Fake Telegram: the part of the Bot API that the bot uses."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import ClientSession, web

from model.emoji import TELEGRAM_REACTIONS
from tests.e2e import bot_api
from tests.e2e.event_log import TIMEOUT_SECONDS, EventLog

Payload = dict[str, Any]

TOKEN = "123456789:AAtest-not-a-real-token-only-loopbk"
# As long as real ones, so that no time or port can look like a member.
ALICE, BOB, BOT, OTHER_BOT = 5010000501, 5020000502, 123456789, 9030000903
GROUP, PRIVATE, CHANNEL = -1001000001001, ALICE, -1001000009009
"""A private chat has the id of its member."""
USERNAME = "emoji_test_bot"
# Kinds that getUpdates does not send unless allowed_updates names them.
_OPT_IN = {"chat_member", "message_reaction", "message_reaction_count"}


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
        """The emojis of a setMessageReaction call."""
        return [each["emoji"] for each in json.loads(self.fields["reaction"])]


@dataclass(frozen=True)
class Refusal:
    """The failure of the next call of a method.

    Status 0 cuts the connection, 200 is a result that is cut off after the description.
    """

    method: str
    status: int
    description: str = "no"
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None

    def response(self, request: web.Request) -> web.Response:
        """Return the failure in Telegram's form; a 502 comes from a proxy, as HTML."""
        if self.status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=503)  # not sent
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
    """Return emojis as reactions."""
    return [{"type": "emoji", "emoji": emoji} for emoji in emojis]


class TelegramServer:
    """Fake Telegram on loopback; tests send and react as members through its methods."""

    def __init__(self) -> None:
        """Build the routes; ``start`` listens."""
        self.calls: EventLog[Call] = EventLog()
        self.refusals: deque[Refusal] = deque()
        """Each taken by the next call of its method."""
        self.available_reactions: Sequence[str] | None = None
        """The reactions that the group allows; None for all."""
        self.reactions: dict[tuple[int, int], list[str]] = {}
        """The bot's reaction on each message."""
        self.webhook, self.secret = "", ""
        self.clock_offset = 0
        """Seconds by which Telegram's clock is ahead of the computer's."""
        self.subscribed: list[str] = []
        """The kinds of updates that the bot requested last."""
        self.last_webhook_error: tuple[int, str] | None = None
        """When Telegram last failed to deliver to the webhook, and why."""
        self.can_join_groups = True
        """Whether the bot can be added to groups."""
        self.statuses: dict[int, str] = {BOT: "administrator"}
        """The status of each account in groups and channels; a member by default."""
        self.reads_all_messages = True
        """Whether the bot's group privacy is off."""
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
        self.pending_reactions: EventLog[int] = EventLog()
        """Messages whose setMessageReaction calls have arrived, answered or not."""
        self.arrivals: dict[int, float] = {}
        """When the first of them arrived, by ``time.perf_counter``."""
        self.errors: list[str] = []
        """Calls that violate the specification; a test with any fails."""
        self._files: dict[str, bytes] = {}
        self._updates: EventLog[Payload] = EventLog()
        self._confirmed = 0
        self._next_id = 1000
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

    def send_message(
        self, text: str, author: int = ALICE, chat_id: int = GROUP, **changes: object
    ) -> int:
        """Send a message; return its id."""
        self._next_id += 1
        message: Payload = {
            "message_id": self._next_id,
            "date": now() + self.clock_offset,
            "chat": chat(chat_id),
            "from": user(author),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [
                {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            ]
        self._update("message", message | changes)
        return self._next_id

    def send_update(self, update: Payload) -> int:
        """Send an update of any shape; return its number."""
        number = self.last_update + 1
        self._updates.add({"update_id": number} | update)
        return number

    def renumber(self) -> None:
        """Number the next update 1, as after a quiet week or on another server."""
        self._updates.entries.clear()
        self._confirmed = 0

    def upload(self, written: bytes) -> Payload:
        """Return a document that members may send."""
        number = str(len(self._files) + 1)
        self._files[number] = written
        return {"file_id": number, "file_unique_id": number, "file_size": len(written)}

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _failure(401, "Unauthorized")
        return web.Response(body=self._files[request.match_info["id"]])

    def post(self, text: str, **changes: object) -> int:
        """Post in the channel, as the channel; return the message's id."""
        self._next_id += 1
        message: Payload = {"message_id": self._next_id, "date": now(), "chat": chat(CHANNEL)}
        message |= {"sender_chat": chat(CHANNEL), "text": text}
        self._update("channel_post", message | changes)
        return self._next_id

    def count(self, message_id: int, counts: Mapping[str, int]) -> None:
        """Send the reaction counts of a post in the channel."""
        each = [
            {"type": {"type": "emoji", "emoji": emoji}, "total_count": count}
            for emoji, count in counts.items()
        ]
        told = {"chat": chat(CHANNEL), "message_id": message_id, "date": now(), "reactions": each}
        self._update("message_reaction_count", told)

    def press(self, call: Call, label: str, author: int = ALICE, **changes: object) -> str:
        """Press a button of the bot; return the id of the query."""
        (data,) = [b["callback_data"] for b in call.buttons if b["text"] == label]
        return self.press_data(call, str(data), author, **changes)

    def press_data(self, call: Call, data: str, author: int = ALICE, **changes: object) -> str:
        """Send a press with any data, as a client of its own may; return the id of the query."""
        self._next_id += 1
        message = {"message_id": 1, "date": now(), "chat": chat(int(call.fields["chat_id"]))}
        message |= {"from": user(BOT), "text": call.text} | changes
        pressed = {"id": str(self._next_id), "from": user(author), "message": message}
        self._update("callback_query", pressed | {"chat_instance": "1", "data": data})
        return str(self._next_id)

    def type_inline(self, text: str, author: int = ALICE) -> str:
        """Send an inline query; return its id."""
        self._next_id += 1
        typed = {"id": str(self._next_id), "from": user(author), "query": text, "offset": ""}
        self._update("inline_query", typed)
        return str(self._next_id)

    def set_bot_status(self, status: str, author: int = ALICE, chat_id: int = GROUP) -> None:
        """Change the bot's status in a group."""
        old, self.statuses[BOT] = self.statuses.get(BOT, "member"), status
        told = {"chat": chat(chat_id), "from": user(author), "date": now()}
        told |= {"old_chat_member": self._member(BOT, old)}
        self._update("my_chat_member", told | {"new_chat_member": self._member(BOT, status)})

    def edit(self, message_id: int, text: str, author: int = ALICE) -> None:
        """Edit a message."""
        edited = {
            "message_id": message_id,
            "date": now(),
            "edit_date": now(),
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
            "date": now(),
            "old_reaction": reactions(old),
            "new_reaction": reactions(new),
        }
        if chat_id > 0 or self.statuses.get(BOT) == "administrator":
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

    @property
    def last_update(self) -> int:
        """The number of the latest update."""
        return len(self._updates.entries)

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

    def _update(self, kind: str, content: Payload) -> None:
        number = len(self._updates.entries) + 1
        self._updates.add({"update_id": number, kind: content})

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
            return _failure(401, "Unauthorized")
        await self._hold(method, fields)
        for refusal in self.refusals:
            if refusal.method.lower() == method:
                self.refusals.remove(refusal)
                return refusal.response(request)
        if method == "getupdates" and self.webhook:
            return _failure(409, "Conflict: can't use getUpdates method while webhook is active")
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
        }
        handler = handlers.get(method)
        return _failure(404, "Not Found") if handler is None else handler(fields)

    def _get_me(self, _fields: Mapping[str, str]) -> Payload:
        abilities = {"can_join_groups": self.can_join_groups, "supports_inline_queries": True}
        return user(BOT) | abilities | {"can_read_all_group_messages": self.reads_all_messages}

    def _set_webhook(self, fields: Mapping[str, str]) -> bool:
        self.webhook = fields.get("url", "")
        self.secret = fields.get("secret_token", self.secret)
        self._subscribe(fields)
        return True

    def _get_chat_member(self, fields: Mapping[str, str]) -> Payload:
        account = int(fields["user_id"])
        return self._member(account, self.statuses.get(account, "member"))

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

    def _member(self, account: int, status: str) -> Payload:
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

    def _send(self, method: str, fields: Mapping[str, str]) -> Payload:
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
            return _failure(409, "Conflict: terminated by other getUpdates request")
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
        full = chat(int(fields["chat_id"])) | {"accent_color_id": 0, "max_reaction_count": 11}
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
        if self.available_reactions is not None:
            full["available_reactions"] = reactions(self.available_reactions)
        return full

    def _set_reaction(self, fields: Mapping[str, str]) -> object:
        wanted = [each.get("emoji", "") for each in json.loads(fields.get("reaction", "[]"))]
        allowed = (
            TELEGRAM_REACTIONS.values()
            if self.available_reactions is None
            else self.available_reactions
        )
        if len(wanted) > 1:
            return _failure(400, "Bad Request: REACTIONS_TOO_MANY")
        if any(e not in allowed or e not in TELEGRAM_REACTIONS.values() for e in wanted):
            return _failure(400, "Bad Request: REACTION_INVALID")
        self.reactions[int(fields["chat_id"]), int(fields["message_id"])] = wanted
        return True
