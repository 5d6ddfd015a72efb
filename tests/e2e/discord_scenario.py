"""A busy server: members write and react while connections drop and rate limits hit."""

from collections import Counter
from dataclasses import dataclass, field

from tests.e2e.discord_payloads import ALICE, BOB, BOT
from tests.e2e.discord_server import DiscordServer, Refusal, Request

CHANNELS = [str(200 + index) for index in range(20)]
SECRET = "zanzibar"
SHOWN = "😂"
BATCH_SIZE = 25
"""Members send the next messages once so many are answered."""

ExpectedFeedback = tuple[str, str, str]
"""Message, kind and emoji of a feedback."""


def is_reaction(request: Request) -> bool:
    """Return True if a reaction was added."""
    return "/reactions/" in request.path and request.status == 204


def reactions_by_message(server: DiscordServer) -> Counter[str]:
    """Count the bot's reactions on each message."""
    return Counter(request.path.split("/")[4] for request in server.requests.filter(is_reaction))


@dataclass
class Scenario:
    """Actions of members, and what must be stored at the end."""

    server: DiscordServer
    sent: list[str] = field(default_factory=list)
    """Messages while the bot was connected or could resume its session."""
    feedback: set[ExpectedFeedback] = field(default_factory=set)
    channels: dict[str, str] = field(default_factory=dict)
    """Every message -> its channel."""

    async def send_messages(self, count: int) -> list[str]:
        """Send a message to each channel in turn; return the ids."""
        messages = []
        for _ in range(count):
            number = len(self.channels)
            channel, author = CHANNELS[number % len(CHANNELS)], (ALICE, BOB)[number % 2]
            message = await self.server.send_message(
                f"that was funny {SECRET}{number}", author, channel
            )
            self.channels[message] = channel
            messages.append(message)
        return messages

    async def send_and_react(self, count: int) -> None:
        """Send and react, as fast as the bot answers."""
        for _ in range(count // BATCH_SIZE):
            messages = await self.send_messages(BATCH_SIZE)
            self.sent += messages
            await self._wait_for_answers(set(messages))
            for message in messages:
                await self._react(message, self.channels[message])

    async def _wait_for_answers(self, messages: set[str]) -> None:
        def matches(request: Request) -> bool:
            return is_reaction(request) and request.path.split("/")[4] in messages

        await self.server.requests.wait(matches, len(messages))

    async def rate_limit(self, count: int) -> None:
        """Refuse the next requests by rate limits."""
        self.server.refusals.extend(Refusal(429, retry_after=0.05) for _ in range(count))

    async def _react(self, message: str, channel: str) -> None:
        number = int(message)
        if number % 5 == 0:  # a duplicate counts once
            for _ in range(2):
                await self.server.react(message, BOB, SHOWN, channel)
            self.feedback.add((message, "agree", SHOWN))
        if number % 7 == 0:
            await self.server.react(message, ALICE, "👎", channel)
            self.feedback.add((message, "dislike", ""))
        if number % 11 == 0:
            await self.server.react(message, ALICE, "🍕", channel)
            await self.server.unreact(message, ALICE, "🍕", channel)
            # The last feedback on a message shows that those before it were handled.
            await self.server.react(message, ALICE, "🎉", channel)
            self.feedback.add((message, "correct", "🎉"))
        if number % 13 == 0:
            await self.server.unreact(message, BOT, SHOWN, channel)
            self.feedback.add((message, "remove", SHOWN))
