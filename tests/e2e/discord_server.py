"""Fake Discord: the part of the REST API and the gateway that the bot uses."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from tests.e2e import openapi
from tests.e2e.discord_emojis import ApplicationEmojis
from tests.e2e.discord_gateway import Gateway
from tests.e2e.discord_interactions import Interactions, json_response
from tests.e2e.discord_payloads import (
    ALICE,
    BOT,
    CHANNEL,
    DM,
    GUILD,
    Payload,
    application,
    member,
    message,
    own_guild,
    partial_emoji,
    reaction,
    user,
)
from tests.e2e.event_log import EventLog

API = "/api/v10"
REACTION = API + "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gfake.not-a-real-token-only-for-loopback-0"


LOST_ANSWER = 599
"""Status of a reaction that was added, and whose connection was cut before the answer."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Request:
    """A request of the bot."""

    method: str
    path: str
    status: int

    @property
    def emoji(self) -> str:
        """The emoji of a reaction request."""
        return unquote(self.path.split("/")[-2])


@dataclass(frozen=True)
class Refusal:
    """An answer other than success to the next reaction request.

    Status 0 cuts the connection, ``LOST_ANSWER`` after the reaction was added.
    """

    status: int
    code: int = 0
    retry_after: float | None = None
    errors: object = None
    """What is wrong with a form, if the code is 50035."""

    def response(self, request: web.Request) -> web.Response:
        """Give the answer; without ``Via`` a 429 would be taken for a ban."""
        if self.status in (0, LOST_ANSWER):
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=self.status or 503)  # not sent
        if self.retry_after is None:
            named = {"message": "no", "code": self.code, "errors": self.errors}
            return json_response(named, status=self.status)
        body = {"message": "slow down", "retry_after": self.retry_after, "global": False}
        headers = {"Via": "1.1 google", "Retry-After": str(self.retry_after)}
        return json_response(body, status=self.status, headers=headers)


class DiscordServer:
    """Listens on loopback; tests send messages and react as members through its methods."""

    def __init__(self) -> None:
        """Build the routes; ``start`` listens."""
        self.gateway = Gateway(TOKEN)
        self.interactions = Interactions(self.gateway)
        self.emojis = ApplicationEmojis()
        self.requests: EventLog[Request] = EventLog()
        self.refusals: deque[Refusal] = deque()
        """Taken one by one by reaction requests."""
        self.outages = 0
        """So many REST requests are answered with 503 first."""
        self.accepting_reactions = asyncio.Event()
        """While cleared, reactions wait, and so do the answers to sent messages."""
        self.accepting_reactions.set()
        self.pending_reactions: EventLog[str] = EventLog()
        """Messages whose reaction requests have come in, answered or not."""
        self.arrivals: dict[str, float] = {}
        """Message -> when its first reaction request came in, by ``time.perf_counter``."""
        self.reactions: dict[str, list[tuple[str, str]]] = {}
        """Message -> who reacted with what."""
        self.sent: EventLog[Payload] = EventLog()
        """Messages of the bot, those that answer interactions aside."""
        self.errors: list[str] = []
        """Requests that Discord does not document; a test with any has failed."""
        self.application = application()
        """Entry of the bot in the developer portal."""
        self.max_concurrency = 1
        """Shards that may identify at once."""
        self.next_id = 10_000
        """The id of the next message, less one."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get(API + "/users/@me", self._me)
        app.router.add_get(API + "/users/@me/guilds", self._guilds)
        app.router.add_get(API + "/oauth2/applications/@me", self._application)
        app.router.add_get(API + "/gateway/bot", self._gateway_bot)
        app.router.add_get(API + "/gateway", self._gateway)
        app.router.add_put(REACTION, self._add)
        app.router.add_post(API + "/channels/{channel}/messages", self._send)
        app.router.add_post(API + "/users/@me/channels", self._private_chat)
        self.interactions.add_routes(app, API)
        self.emojis.add_routes(app, API)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        self.origin = ""

    async def start(self, ssl_context: ssl.SSLContext | None = None) -> None:
        """Listen on a free port, with TLS if there is a context."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=ssl_context)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"{'https' if ssl_context else 'http'}://{host}:{port}"

    async def close(self) -> None:
        """Stop listening."""
        for site in list(self._runner.sites):
            await site.stop()  # the bot would come back at once, and be left open
        await self.gateway.close()
        listening = self._runner.server
        connections = list(listening.connections) if listening else []
        await self._runner.cleanup()
        # One that the bot does not read from would stay open until the loop is gone.
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)

    @property
    def api_base(self) -> str:
        """The value for ``discord.api_base``."""
        return self.origin + API

    @property
    def gateway_url(self) -> str:
        """The value for ``discord.gateway_url``."""
        return self.origin.replace("http", "ws", 1) + "/gateway"

    async def send_message(
        self, text: str, author: str = ALICE, channel: str = CHANNEL, **changes: object
    ) -> str:
        """Write a message; returns its id. Its text is sent if the bot may read it."""
        self.next_id += 1
        payload = message(str(self.next_id), channel, author, text, **changes)
        mentioned = any(mention["id"] == BOT for mention in payload["mentions"])
        if not (self.gateway.requests_content or mentioned or channel == DM):
            payload["content"] = ""
        await self.gateway.dispatch("MESSAGE_CREATE", payload)
        return str(payload["id"])

    async def edit(self, message_id: str, text: str, author: str = ALICE) -> None:
        """Edit the text of a message."""
        await self.gateway.dispatch("MESSAGE_UPDATE", message(message_id, CHANNEL, author, text))

    async def react(
        self,
        message_id: str,
        author: str,
        emoji: str,
        channel: str = CHANNEL,
        *,
        burst: bool = False,
    ) -> None:
        """Add a reaction as ``author``."""
        self.reactions.setdefault(message_id, []).append((author, emoji))
        event = reaction(channel, message_id, author, emoji, burst=burst)
        if burst:
            event["burst_colors"] = ["#e5b300"]
        if channel != DM:
            event["member"] = member(author)
        await self.gateway.dispatch("MESSAGE_REACTION_ADD", event)

    async def unreact(
        self,
        message_id: str,
        author: str,
        emoji: str,
        channel: str = CHANNEL,
        *,
        burst: bool = False,
    ) -> None:
        """Take a reaction of ``author`` away, by themselves or by a moderator."""
        self.reactions[message_id].remove((author, emoji))
        event = reaction(channel, message_id, author, emoji, burst=burst)
        await self.gateway.dispatch("MESSAGE_REACTION_REMOVE", event)

    async def clear(self, message_id: str, emoji: str | None = None) -> None:
        """Take all reactions away as a moderator, or all with one emoji."""
        event: Payload = {"channel_id": CHANNEL, "message_id": message_id, "guild_id": GUILD}
        if emoji is None:
            await self.gateway.dispatch("MESSAGE_REACTION_REMOVE_ALL", event)
        else:
            event["emoji"] = partial_emoji(emoji)
            await self.gateway.dispatch("MESSAGE_REACTION_REMOVE_EMOJI", event)

    async def delete(self, *message_ids: str, channel: str = CHANNEL) -> None:
        """Delete one message, or several at once."""
        place = {"channel_id": channel} | ({} if channel == DM else {"guild_id": GUILD})
        if len(message_ids) == 1:
            await self.gateway.dispatch("MESSAGE_DELETE", {"id": message_ids[0], **place})
        else:
            await self.gateway.dispatch("MESSAGE_DELETE_BULK", {"ids": [*message_ids], **place})

    async def reaction_requests(self, message_id: str, count: int = 1) -> list[Request]:
        """Wait for ``count`` reaction requests for a message."""
        return await self.requests.wait(
            lambda sent: f"/{message_id}/reactions/" in sent.path, count
        )

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check a REST request as Discord would, and write it down with its answer."""
        if not request.path.startswith(API):
            return await handler(request)
        path = request.raw_path.split("?")[0].removeprefix(API)
        body = await request.read()
        try:
            openapi.check(request.method, path, body, request.headers.get("Content-Type", ""))
        except openapi.SpecificationViolation as error:
            self.errors.append(str(error))
        if self.outages:
            self.outages -= 1
            response: web.StreamResponse = web.Response(status=503)
        elif request.headers.get("Authorization") == f"Bot {TOKEN}" or _by_token(request):
            response = await handler(request)
        else:
            response = json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        self.requests.add(Request(request.method, path, response.status))
        return response

    async def _gateway(self, _request: web.Request) -> web.Response:
        return json_response({"url": "ws://127.0.0.1:9"})

    async def _me(self, _request: web.Request) -> web.Response:
        return json_response(user(BOT))

    async def _application(self, _request: web.Request) -> web.Response:
        return json_response(self.application)

    async def _guilds(self, request: web.Request) -> web.Response:
        """The servers that the bot is in, by id, a page at a time."""
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 200))
        there = sorted(self.gateway.guilds, key=lambda mention: int(mention["id"]))
        page = [own_guild(mention) for mention in there if int(mention["id"]) > after][:limit]
        return json_response(page)

    async def _gateway_bot(self, _request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0}
        limit["max_concurrency"] = self.max_concurrency
        # An address that leads nowhere: discord.gateway_url has to win over it.
        answer = {"url": "ws://127.0.0.1:9", "shards": 1, "session_start_limit": limit}
        return json_response(answer)

    async def _add(self, request: web.Request) -> web.Response:
        place = request.match_info
        self.arrivals.setdefault(place["message"], time.perf_counter())
        self.pending_reactions.add(place["message"])
        await self.accepting_reactions.wait()
        refusal = self.refusals.popleft() if self.refusals else None
        if refusal is None or refusal.status == LOST_ANSWER:
            await self.react(place["message"], BOT, place["emoji"], place["channel"])
        return web.Response(status=204) if refusal is None else refusal.response(request)

    async def _send(self, request: web.Request) -> web.Response:
        body, place = await request.json(), request.match_info["channel"]
        if self.refusals:
            return self.refusals.popleft().response(request)
        sent_before = self.sent.filter(lambda sent: sent["nonce"] == body.get("nonce"))
        if sent_before and body.get("enforce_nonce"):
            return json_response(sent_before[0])
        self.next_id += 1
        given = {key: body[key] for key in ("components", "message_reference") if key in body}
        payload = message(str(self.next_id), place, BOT, body.get("content", ""), **given)
        await self.gateway.dispatch("MESSAGE_CREATE", payload)
        self.sent.add({**payload, "flags": body.get("flags", 0), "nonce": body.get("nonce")})
        await self.accepting_reactions.wait()
        return json_response(payload)

    async def _private_chat(self, request: web.Request) -> web.Response:
        recipient = (await request.json())["recipient_id"]
        chat = {"id": DM, "type": 1, "last_message_id": None, "recipients": [user(str(recipient))]}
        return json_response(chat)


def _by_token(request: web.Request) -> bool:
    """An interaction's own token is enough."""
    return request.path.startswith((f"{API}/interactions/", f"{API}/webhooks/"))
