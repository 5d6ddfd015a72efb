"""A real homeserver on loopback (Synapse on SQLite), and members who write through its API."""

import itertools
import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import yaml

from tests.e2e.event_log import TIMEOUT_SECONDS

IS_INSTALLED = find_spec("synapse") is not None and find_spec("nio") is not None
"""True if the homeserver and the library of the bot are there."""
SERVER_NAME = "localhost"
_LISTENING = "Synapse now listening on TCP port"
_UNLIMITED = {"per_second": 10_000, "burst_count": 10_000}
_LOGGING = {
    "version": 1,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
    "loggers": {
        "synapse.app.homeserver": {"level": "INFO"},
        "synapse.app._base": {"level": "INFO"},
    },
}

Event = dict[str, Any]


class MatrixMember:
    """An account, used through the Client-Server API."""

    _transactions = itertools.count()

    def __init__(self, url: str, name: str) -> None:
        """Register the account."""
        self.http = httpx.AsyncClient(
            base_url=f"{url}/_matrix/client/v3", timeout=TIMEOUT_SECONDS, trust_env=False
        )
        answer = httpx.post(
            f"{url}/_matrix/client/v3/register",
            json={"username": name, "password": "secret", "auth": {"type": "m.login.dummy"}},
            trust_env=False,
            timeout=TIMEOUT_SECONDS,
        ).json()
        self.id, self.token = str(answer["user_id"]), str(answer["access_token"])
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    async def call(self, method: str, path: str, **body: object) -> Event:
        """Call the API; fail if it refuses."""
        response = await self.http.request(method, path, json=body if method != "GET" else None)
        assert response.is_success, response.text
        found: Event = response.json()
        return found

    async def create_room(self, *invited: str, encrypted: bool = False, **more: object) -> str:
        """Create a room and invite to it."""
        encryption = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        body = {"invite": invited, "initial_state": [encryption] if encrypted else [], **more}
        return str((await self.call("POST", "/createRoom", **body))["room_id"])

    async def send(self, room: str, kind: str, content: Event) -> str:
        """Send an event; return its id."""
        path = f"/rooms/{quote(room)}/send/{kind}/{next(self._transactions)}"
        return str((await self.call("PUT", path, **content))["event_id"])

    async def say(self, room: str, text: str, **more: object) -> str:
        """Send a text; return the event's id."""
        content = {"msgtype": "m.text", "body": text, **more}
        return await self.send(room, "m.room.message", content)

    async def reply(self, room: str, event: str, text: str) -> str:
        """Reply to an event with a text; return the event's id."""
        relation = {"m.in_reply_to": {"event_id": event}}
        return await self.say(room, text, **{"m.relates_to": relation})

    async def react(self, room: str, event: str, key: str) -> str:
        """Put an emoji on an event; return the reaction's id."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, event: str) -> None:
        """Remove an event."""
        path = f"/rooms/{quote(room)}/redact/{quote(event)}/{next(self._transactions)}"
        await self.call("PUT", path)

    async def wait_for(self, room: str, fits: Callable[[Event], bool], others: int = 0) -> Event:
        """Return the first event of a room that fits, after ``others``; wait for it."""
        only = json.dumps({"room": {"rooms": [room], "timeline": {"limit": 100}}})
        since, seen = "", 0
        while True:
            answer = await self.call("GET", f"/sync?timeout=10000&filter={quote(only)}{since}")
            since = f"&since={answer['next_batch']}"
            timeline = answer.get("rooms", {}).get("join", {}).get(room, {}).get("timeline", {})
            for event in timeline.get("events", ()):
                seen += fits(event)
                if seen > others:
                    found: Event = event
                    return found

    async def wait_for_join(self, room: str, user: str) -> None:
        """Wait until a user is in a room."""
        await self.wait_for(
            room,
            lambda event: (
                event.get("state_key") == user and event["content"].get("membership") == "join"
            ),
        )

    async def reactions(self, room: str, event: str, sender: str) -> list[Event]:
        """Wait for a reaction of ``sender`` on an event; return all of theirs."""
        await self.wait_for(
            room,
            lambda found: found["sender"] == sender and _target(found) == event,
        )
        path = f"{quote(room)}/relations/{quote(event)}/m.annotation"
        url = str(self.http.base_url).replace("/v3", "/v1") + f"rooms/{path}"
        related: list[Event] = (await self.http.get(url)).json()["chunk"]
        return [each for each in related if each["sender"] == sender]

    async def reply_to(self, room: str, event: str, sender: str) -> Event:
        """Wait for the message of ``sender`` that replies to an event."""
        return await self.wait_for(
            room, lambda found: found["sender"] == sender and _replied(found) == event
        )

    async def events(self, room: str, sender: str) -> list[Event]:
        """Return all events of ``sender`` in a room."""
        found = await self.call("GET", f"/rooms/{quote(room)}/messages?dir=b&limit=100")
        return [event for event in found["chunk"] if event["sender"] == sender]


def key_of(event: Event) -> str:
    """Return the emoji of a reaction."""
    return str(event["content"]["m.relates_to"]["key"])


def _target(event: Event) -> str:
    relation = event["content"].get("m.relates_to", {})
    return str(relation.get("event_id")) if event["type"] == "m.reaction" else ""


def _replied(event: Event) -> str:
    relation = event["content"].get("m.relates_to", {})
    return str(relation.get("m.in_reply_to", {}).get("event_id"))


@contextmanager
def running_homeserver(folder: Path) -> Iterator[str]:
    """Run Synapse with open registration; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    logging_file, config = folder / "logging.yaml", folder / "homeserver.yaml"
    logging_file.write_text(yaml.safe_dump(_LOGGING))
    config.write_text(yaml.safe_dump(_settings(folder, port, logging_file)))
    command = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", str(config)]
    subprocess.run([*command, "--generate-keys"], check=True, capture_output=True)
    process = subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    try:
        lines: list[str] = []
        for line in process.stderr:
            lines.append(line)
            if _LISTENING in line:
                break
        else:
            raise AssertionError("".join(lines))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _settings(folder: Path, port: int, logging_file: Path) -> dict[str, Any]:
    listener = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "type": "http",
        "resources": [{"names": ["client", "media"]}],
    }
    return {
        "server_name": SERVER_NAME,
        "pid_file": str(folder / "pid"),
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": ":memory:"}},
        "log_config": str(logging_file),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "trusted_key_servers": [],
        "report_stats": False,
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "macaroon_secret_key": secrets.token_hex(),
        "form_secret": secrets.token_hex(),
        "bcrypt_rounds": 4,
        "rc_message": _UNLIMITED,
        "rc_registration": _UNLIMITED,
        "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED},
        "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
        "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _UNLIMITED),
        "rc_room_creation": _UNLIMITED,
    }
