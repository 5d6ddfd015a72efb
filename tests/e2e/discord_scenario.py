"""An evening on a busy server: people write and react while connections drop and limits bite."""

from collections import Counter
from dataclasses import dataclass, field

from tests.e2e.discord_payloads import ALICE, BOB, BOT
from tests.e2e.discord_server import DiscordServer, Refusal, Request

CHANNELS = [str(200 + index) for index in range(20)]
SECRET = "zanzibar"
SHOWN = "😂"
BATCH_SIZE = 25
"""People do not write on before the last so many messages are answered."""

ExpectedFeedback = tuple[str, str, str]
"""Message, kind and emoji of a feedback."""


def is_reaction(request: Request) -> bool:
    """Whether a reaction was added."""
    return "/reactions/" in request.path and request.status == 204


def reactions_by_message(server: DiscordServer) -> Counter[str]:
    """Message -> how often the bot's reaction was added to it."""
    return Counter(each.path.split("/")[4] for each in server.requests.filter(is_reaction))


@dataclass
class Scenario:
    """What people did, and what has to be known of it at the end."""

    server: DiscordServer
    sent: list[str] = field(default_factory=list)
    """Messages while the bot was connected or could come back to its session."""
    feedback: set[ExpectedFeedback] = field(default_factory=set)
    channels: dict[str, str] = field(default_factory=dict)
    """Every message -> its channel."""

    async def send_messages(self, count: int) -> list[str]:
        """Say something in each channel in turn; the ids of the messages."""
        found = []
        for _ in range(count):
            number = len(self.channels)
            place, author = CHANNELS[number % len(CHANNELS)], (ALICE, BOB)[number % 2]
            message = await self.server.send_message(
                f"that was funny {SECRET}{number}", author, place
            )
            self.channels[message] = place
            found.append(message)
        return found

    async def send_and_react(self, count: int) -> None:
        """Write and react, as fast as the bot answers."""
        for _ in range(count // BATCH_SIZE):
            messages = await self.send_messages(BATCH_SIZE)
            self.sent += messages
            await self._all_answered(set(messages))
            for message in messages:
                await self._react(message, self.channels[message])

    async def _all_answered(self, messages: set[str]) -> None:
        def wanted(sent: Request) -> bool:
            return is_reaction(sent) and sent.path.split("/")[4] in messages

        await self.server.requests.wait(wanted, len(messages))

    async def rate_limit(self, count: int) -> None:
        """Refuse the next requests for going too fast."""
        self.server.refusals.extend(Refusal(429, retry_after=0.05) for _ in range(count))

    async def _react(self, message: str, place: str) -> None:
        number = int(message)
        if number % 5 == 0:  # twice is once
            for _ in range(2):
                await self.server.react(message, BOB, SHOWN, place)
            self.feedback.add((message, "agree", SHOWN))
        if number % 7 == 0:
            await self.server.react(message, ALICE, "👎", place)
            self.feedback.add((message, "dislike", ""))
        if number % 11 == 0:
            await self.server.react(message, ALICE, "🍕", place)
            await self.server.unreact(message, ALICE, "🍕", place)
            # What comes last on a message tells that all before it was read.
            await self.server.react(message, ALICE, "🎉", place)
            self.feedback.add((message, "correct", "🎉"))
        if number % 13 == 0:
            await self.server.unreact(message, BOT, SHOWN, place)
            self.feedback.add((message, "remove", SHOWN))
