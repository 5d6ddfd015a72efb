"""The platforms of an evening, under one interface."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple, Protocol

from model.emoji import canonical
from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.database import fetch
from tests.e2e.discord_payloads import ALICE, BOB, guild
from tests.e2e.telegram_calls import LOST_ANSWER
from tests.e2e.telegram_server import TelegramServer

START_SECONDS = 180.0
"""Time in which a process must be connected, on a machine that does much else."""
CHATS = 200
"""So many that no group reaches Telegram's limit of reactions a minute."""
HANDLED = "select update_id from update_claim where handled_at is not null"


class Reaction(NamedTuple):
    """A reaction that the bot put on a message."""

    emoji: str
    """Canonical."""
    lost: bool
    """True if the bot got no answer, and so does not know of it."""


class Wire(Protocol):
    """A fake platform on which members write and react."""

    name: str
    tokens: Mapping[str, str]
    sent: list[str]
    """The messages so far."""

    @property
    def settings(self) -> Mapping[str, object]:
        """The bot's settings for it."""
        ...

    async def start(self) -> None:
        """Listen."""
        ...

    async def close(self) -> None:
        """Stop, and check that the bot sent nothing undocumented."""
        ...

    async def connected(self, times: int) -> None:
        """Wait until the bot connected so often."""
        ...

    async def send(self, text: str) -> str:
        """Send a message to the next chat; return its id."""
        ...

    async def change(self, message: str, old: Sequence[str], new: Sequence[str]) -> None:
        """Change a member's reactions on a message."""
        ...

    def reactions(self) -> Mapping[str, Sequence[Reaction]]:
        """Return the bot's reactions on each message so far, repeated ones included."""
        ...

    async def final(self, url: str) -> set[str]:
        """Return the messages that a new process must not answer again.

        ``url`` is that of the bot's database.
        """
        ...


class TelegramWire:
    """Groups on Telegram, which the bot polls."""

    name = "Telegram"
    tokens: Mapping[str, str] = {"TELEGRAM_TOKEN": telegram.TOKEN}

    def __init__(self) -> None:
        self.server = TelegramServer()
        self.sent: list[str] = []
        self._groups: dict[str, int] = {}
        self._updates: dict[int, str] = {}
        self._number = count()
        self._reactions: dict[str, list[Reaction]] = defaultdict(list)
        self._read = 0

    @property
    def settings(self) -> Mapping[str, object]:
        return {"telegram.base_url": self.server.origin}

    async def start(self) -> None:
        await self.server.start()

    async def close(self) -> None:
        await self.server.close()
        assert self.server.errors == []

    async def connected(self, times: int) -> None:
        await self.server.calls.wait(lambda call: call.method == "getme", times, START_SECONDS)
        await self.server.polling()

    async def send(self, text: str) -> str:
        group = telegram.GROUP - next(self._number) % CHATS
        message = str(self.server.send_message(text, telegram.ALICE, group))
        self._groups[message] = group
        self._updates[self.server.last_update] = message
        self.sent.append(message)
        return message

    async def change(self, message: str, old: Sequence[str], new: Sequence[str]) -> None:
        self.server.react(int(message), telegram.BOB, old, new, self._groups[message])

    def reactions(self) -> Mapping[str, Sequence[Reaction]]:
        calls = self.server.calls.entries
        for call in calls[self._read :]:
            if call.method == "setmessagereaction" and call.status in (200, LOST_ANSWER):
                (emoji,) = call.emojis
                lost = call.status == LOST_ANSWER
                self._reactions[call.fields["message_id"]].append(Reaction(canonical(emoji), lost))
        self._read = len(calls)
        return self._reactions

    async def final(self, url: str) -> set[str]:
        """Return those whose update is recorded as handled; the others are sent again."""
        numbers = {number for (number,) in await fetch(url, HANDLED)}
        return {message for number, message in self._updates.items() if number in numbers}


class DiscordWire:
    """Channels of a server on Discord."""

    name = "Discord"
    tokens: Mapping[str, str] = {"DISCORD_TOKEN": discord.TOKEN}

    def __init__(self) -> None:
        self.server = discord.DiscordServer()
        self.sent: list[str] = []
        self.channels: dict[str, str] = {}
        """Message -> its channel."""
        self._places = [str(1000 + number) for number in range(20)]
        self.server.gateway.guilds = [guild(channels=self._places)]
        self._reactions: dict[str, list[Reaction]] = defaultdict(list)
        self._read = 0

    @property
    def settings(self) -> Mapping[str, object]:
        return {
            "discord.api_base": self.server.api_base,
            "discord.gateway_url": self.server.gateway_url,
        }

    async def start(self) -> None:
        await self.server.start()

    async def close(self) -> None:
        await self.server.close()
        assert self.server.errors == []

    async def connected(self, times: int) -> None:
        await self.server.gateway.ready(times)

    async def send(self, text: str) -> str:
        channel = self._places[len(self.channels) % len(self._places)]
        message = await self.server.send_message(text, ALICE, channel)
        self.channels[message] = channel
        self.sent.append(message)
        return message

    async def change(self, message: str, old: Sequence[str], new: Sequence[str]) -> None:
        for emoji in set(old) - set(new):
            await self.server.unreact(message, BOB, emoji, self.channels[message])
        for emoji in set(new) - set(old):
            await self.server.react(message, BOB, emoji, self.channels[message])

    def reactions(self) -> Mapping[str, Sequence[Reaction]]:
        requests = self.server.requests.entries
        for request in requests[self._read :]:
            if "/reactions/" in request.path and request.status in (204, discord.LOST_ANSWER):
                lost = request.status == discord.LOST_ANSWER
                reaction = Reaction(canonical(request.emoji), lost)
                self._reactions[request.path.split("/")[4]].append(reaction)
        self._read = len(requests)
        return self._reactions

    async def final(self, url: str) -> set[str]:
        """Return none: no process knows which events another one handled."""
        del url
        return set()
