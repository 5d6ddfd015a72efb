"""A service with fakes around it."""

from collections.abc import Iterator

from bot.core.events import (
    IncomingMessage,
    SkipReason,
)
from bot.core.messages.randomness import Randomness
from bot.core.messages.service import Service
from tests.core.fakes import (
    EchoPredictor,
    RecordingPlatform,
)
from tests.core.memory_store import MemoryStore


class CoreSetup:
    """A service with fakes; tests set its clock and its random numbers."""

    def __init__(self) -> None:
        self.now, self.roll = 1000.0, 0.0
        self.predictor, self.store, self.platform = (
            EchoPredictor(),
            MemoryStore(),
            RecordingPlatform(),
        )
        self.draws: Iterator[float] = iter(())
        randomness = Randomness(
            clock=lambda: self.now, roll=lambda: self.roll, normal=lambda: next(self.draws)
        )
        self.service = Service(self.predictor, self.store, randomness)

    async def skip(self, given: IncomingMessage) -> SkipReason | None:
        return (await self.service.on_message(given, self.platform)).skip_reason
