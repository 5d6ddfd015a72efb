"""The platforms of an evening, under one interface."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Protocol

from model.emoji import canonical
from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.discord_payloads import ALICE, BOB, guild
from tests.e2e.telegram_server import TelegramServer

START_SECONDS = 180.0
"""Time in which a process must be connected, on a machine that does much else."""
CHATS = 200
"""So many that no group reaches Telegram's limit of reactions a minute."""


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

    def answers(self) -> Mapping[str, Sequence[str]]:
        """Return the emojis that the bot put on each message so far, canonical, with repeats."""
        ...


class TelegramWire:
    """Groups on Telegram, which the bot polls."""

    name = "Telegram"
    tokens: Mapping[str, str] = {"TELEGRAM_TOKEN": telegram.TOKEN}

    def __init__(self) -> None:
        self.server = TelegramServer()
        self.sent: list[str] = []
        self._groups: dict[str, int] = {}
        self._number = count()
        self._answers: dict[str, list[str]] = defaultdict(list)
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
        self.sent.append(message)
        return message

    async def change(self, message: str, old: Sequence[str], new: Sequence[str]) -> None:
        self.server.react(int(message), telegram.BOB, old, new, self._groups[message])

    def answers(self) -> Mapping[str, Sequence[str]]:
        calls = self.server.calls.entries
        for call in calls[self._read :]:
            if call.method == "setmessagereaction" and call.status == 200:
                self._answers[call.fields["message_id"]] += map(canonical, call.emojis)
        self._read = len(calls)
        return self._answers


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
        self._answers: dict[str, list[str]] = defaultdict(list)
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

    def answers(self) -> Mapping[str, Sequence[str]]:
        requests = self.server.requests.entries
        for request in requests[self._read :]:
            if "/reactions/" in request.path and request.status == 204:
                self._answers[request.path.split("/")[4]].append(canonical(request.emoji))
        self._read = len(requests)
        return self._answers
