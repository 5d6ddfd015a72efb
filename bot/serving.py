"""Which artifact the settings serve, and how a running bot takes a new one."""

import asyncio
import logging
from pathlib import Path

from bot.config.settings import ModelSettings
from bot.core.concurrency.batching import BatchingPredictor
from model import Predictor
from model.artifact import ArtifactError
from model.registry import Registry

logger = logging.getLogger(__name__)

CHECK_INTERVAL_SECONDS = 2.0
"""How soon a promotion is noticed."""


def open_registry(settings: ModelSettings) -> Registry:
    """What was promoted over the settings' source."""
    return Registry(Path(settings.folder), settings.source)


def load_served(settings: ModelSettings) -> Predictor:
    """The predictor to start with.

    A promoted artifact that cannot be used gives way to the one before it, and at last to the
    settings' source.

    Raises:
        ArtifactError: the source cannot be served either.
    """
    shelf = open_registry(settings)
    try:
        candidates = list(reversed(shelf.promoted_versions()))
    except ArtifactError as error:
        logger.error("%s", error)
        candidates = []
    for version in candidates:
        try:
            return Predictor.load(str(shelf.folder / version), settings.threads)
        except ArtifactError as error:
            logger.error("%s; the one before it is served", error)
    return Predictor.load(settings.source, settings.threads)


class ArtifactWatch:
    """Looks for promotions, and gives them to the predictor that is running."""

    def __init__(self, predictor: BatchingPredictor[Predictor], settings: ModelSettings) -> None:
        """Begin with what the predictor has."""
        self._predictor, self._settings = predictor, settings
        self._registry = open_registry(settings)
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)
            await self.check_for_promotion()

    async def check_for_promotion(self) -> bool:
        """Take the promoted artifact if it is another than before; whether one was taken.

        One that cannot be served is refused once, and the old one goes on.
        """
        state = self._pointer_state()
        if state == self._seen:
            return False
        self._seen = state
        try:
            if self._predictor.version in self._registry.promoted_versions()[-1:]:
                return False
            fresh = await asyncio.to_thread(self._load)
        except ArtifactError as error:
            logger.error("not taken: %s; %s goes on", error, self._predictor.version)
            return False
        if fresh.version == self._predictor.version:
            return False
        logger.info("%s takes over from %s", fresh.version, self._predictor.version)
        self._predictor.replace(fresh)
        return True

    def _pointer_state(self) -> tuple[int, int] | None:
        try:
            told = self._registry.pointer_file.stat()
        except OSError:
            return None
        return told.st_mtime_ns, told.st_ino

    def _load(self) -> Predictor:
        fresh = Predictor(self._registry.served(), self._settings.threads)
        fresh.predict(["warm up"])  # what loads late must fail here
        return fresh
