"""The gateway's side of websockets: handshake, heartbeats, numbered events, resuming, shards."""

import json
import zlib
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.e2e.discord_payloads import BOT, Payload, guild, user
from tests.e2e.event_log import EventLog

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 0, 1, 2, 6, 7
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
MESSAGE_CONTENT = 1 << 15
SESSION_ID = "f00d"


@dataclass
class Connection:
    """One websocket; everything after the upgrade is compressed as one stream."""

    socket: web.WebSocketResponse
    compressed: bool
    _stream: "zlib._Compress" = field(default_factory=zlib.compressobj)

    async def send(self, payload: Payload) -> None:
        """Send a payload, flushed, so that it can be read at once."""
        text = json.dumps(payload)
        if not self.compressed:
            await self.socket.send_str(text)
            return
        data = self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(data)


@dataclass
class Session:
    """One shard's events, through as many connections as it takes."""

    id: str
    shard: int = 0
    events: list[Payload] = field(default_factory=list)
    connection: Connection | None = None

    async def dispatch(self, kind: str, data: Payload) -> None:
        """Number an event and send it; without a connection it waits to be replayed."""
        event = {"op": DISPATCH, "t": kind, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        if self.connection is not None:
            with suppress(ConnectionError):
                await self.connection.send(event)

    def leave(self) -> Connection:
        """Go on without the connection, which is given back."""
        connection, self.connection = self.connection, None
        assert connection is not None
        return connection


class Gateway:
    """A session for each shard."""

    def __init__(self, token: str) -> None:
        """Expect this token."""
        self._token = token
        self.guilds: list[Payload] = [guild()]
        """Servers that the bot is a member of."""
        self.sessions: dict[int, Session] = {}
        """The latest of each shard."""
        self._earlier: list[Session] = []
        """Those that were left and can be resumed."""
        self._shards = 1
        self.received: EventLog[Payload] = EventLog()
        """Everything that the bot sent, heartbeats included."""
        self.refusals = 0
        """So many connections are turned down before the first is accepted."""
        self.content_allowed = True
        """True if the portal's switch for message content is on."""
        self.close_code: int | None = None
        """The code with which every identification is turned down, where there is one."""
        self.rejects_resume = False
        """True if no session can be resumed."""
        self.acknowledges = True
        """True if heartbeats are answered."""
        self.heartbeat_seconds = 41.25
        self._intents = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection."""
        if self.refusals:
            self.refusals -= 1
            self.received.add({"op": "refused"})
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, request.query.get("compress") == "zlib-stream")
        await connection.send(
            {"op": HELLO, "d": {"heartbeat_interval": int(1000 * self.heartbeat_seconds)}}
        )
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                payload = json.loads(message.data)
                await self._answer(connection, payload, str(request.url.origin()))
                self.received.add(payload)
        for session in self._all_sessions():
            if session.connection is connection:
                session.connection = None
                if socket.close_code in (1000, 1001):  # the bot ended it
                    session.id = ""
        return socket

    async def dispatch(self, kind: str, data: Payload) -> None:
        """Send an event to the shard of its guild, or to the first one."""
        shard = (int(data.get("guild_id") or 0) >> 22) % self._shards
        for session in self._all_sessions():
            if session.shard == shard:
                await session.dispatch(kind, data)

    async def reconnect(self, shard: int = 0) -> None:
        """Ask the bot to come back and resume."""
        await self.sessions[shard].leave().send({"op": RECONNECT, "d": None})

    async def invalidate(self, shard: int = 0) -> None:
        """End a session that can be taken up again, as Discord does when it restarts."""
        await self.sessions[shard].leave().send({"op": INVALID_SESSION, "d": True})

    async def drop(self, shard: int = 0) -> None:
        """Cut the connection without a close frame."""
        await self.sessions[shard].leave().socket.close(code=4000)

    async def ready(self, times: int = 1) -> None:
        """Wait until the bot identified so often, and received its guild."""
        await self.received.wait(lambda sent: sent["op"] == IDENTIFY, times)

    async def _answer(self, connection: Connection, payload: Payload, origin: str) -> None:
        data = payload["d"]
        if payload["op"] == HEARTBEAT:
            if not self.acknowledges:
                return
            await connection.send({"op": HEARTBEAT_ACK, "d": None})
        elif payload["op"] == IDENTIFY and data["token"] != self._token:
            await connection.socket.close(code=4004)
        elif payload["op"] == IDENTIFY:
            await self._identify(connection, data, origin)
        elif payload["op"] == RESUME:
            await self._resume(connection, data)

    @property
    def requests_content(self) -> bool:
        """True if the bot identified with the message content intent."""
        return bool(self._intents & MESSAGE_CONTENT)

    async def _identify(self, connection: Connection, data: Payload, origin: str) -> None:
        content = data["intents"] & MESSAGE_CONTENT
        refused = 4014 if content and not self.content_allowed else self.close_code
        if refused is not None:
            await connection.socket.close(code=refused)
            return
        self._intents = data["intents"]
        shard, self._shards = data.get("shard", [0, 1])
        if shard in self.sessions:
            self._earlier.append(self.sessions[shard])
        number = shard if not self._earlier else f"{shard}-{len(self._earlier)}"
        session = Session(f"{SESSION_ID}{number}", shard, connection=connection)
        self.sessions[shard] = session
        own = [g for g in self.guilds if (int(g["id"]) >> 22) % self._shards == shard]
        ready: Payload = {
            "v": 10,
            "user": user(BOT),
            "guilds": [{"id": each["id"], "unavailable": True} for each in own],
            "session_id": session.id,
            "resume_gateway_url": origin.replace("http", "ws", 1) + "/gateway",
            "application": {"id": BOT, "flags": 0},
            "shard": [shard, self._shards],
        }
        await session.dispatch("READY", ready)
        for each in own:
            await session.dispatch("GUILD_CREATE", each)

    async def _resume(self, connection: Connection, data: Payload) -> None:
        known = (each for each in self._all_sessions() if each.id == data["session_id"])
        session = next(known, None)
        if session is None or self.rejects_resume:
            await connection.send({"op": INVALID_SESSION, "d": False})
            return
        sent = data["seq"]
        while sent < len(session.events):  # more may happen meanwhile
            await connection.send(session.events[sent])
            sent += 1
        session.connection = connection
        await session.dispatch("RESUMED", {})

    def _all_sessions(self) -> list[Session]:
        return [*self._earlier, *self.sessions.values()]

    async def close(self) -> None:
        """Close the connections that are open."""
        for session in self._all_sessions():
            if session.connection is not None:
                await session.connection.socket.close()
