"""The artifact that the settings serve, and its replacement by a promotion while the bot runs."""

import asyncio
import logging
from math import isfinite
from pathlib import Path

from bot.config.sections import ModelSettings
from bot.core.concurrency.batching import BatchingPredictor
from bot.log import describe
from model import Predictor
from model.artifact import Artifact, ArtifactError, load
from model.artifact_source import locate
from model.registry import Registry

logger = logging.getLogger(__name__)

CHECK_INTERVAL_SECONDS = 2.0
"""Time between two checks for a promotion."""
TRIAL_TEXT = "so funny"
RETRY_INTERVAL_SECONDS = 60.0
"""Time until the next check after an unexpected failure."""


def open_registry(settings: ModelSettings) -> Registry:
    """Return the registry of promotions over the settings' source."""
    return Registry(Path(settings.folder), settings.source)


def load_predictor(artifact: Artifact) -> Predictor:
    """Return the predictor of an artifact after a trial prediction.

    Raises:
        ArtifactError: it cannot be opened, or does not predict.
    """
    predictor = Predictor(artifact)
    try:
        [trial] = predictor.predict([TRIAL_TEXT])
    except Exception as error:  # onnxruntime raises a class of its own for each way to fail
        raise ArtifactError(f"{artifact.folder} does not predict: {describe(error)}") from error
    if not trial or not all(isfinite(prediction.score) for prediction in trial):
        raise ArtifactError(f"{artifact.folder} does not predict: it gives no finite scores")
    return predictor


def promote(settings: ModelSettings, folder: Path) -> Artifact:
    """Serve a copy of an artifact from now on, after a trial prediction of the copy.

    Raises:
        ArtifactError: it cannot be served; the artifact that is served stays.
    """
    return open_registry(settings).promote(folder, load_predictor)


def load_served(settings: ModelSettings) -> Predictor:
    """Return the predictor to start with.

    If a promoted artifact cannot be used, the one before it is tried, and at last the settings'
    source.

    Raises:
        ArtifactError: the source cannot be served either.
    """
    registry = open_registry(settings)
    try:
        versions = registry.promoted_versions()
    except ArtifactError as error:
        logger.error("%s", error)
        versions = ()
    for version in reversed(versions):
        try:
            return load_predictor(load(registry.folder / version))
        except ArtifactError as error:
            logger.error("%s; trying the artifact that was served before", error)
    return load_predictor(load(locate(settings.source)))


class ArtifactWatch:
    """Watch over the registry: hands a promoted artifact to the running predictor."""

    def __init__(self, predictor: BatchingPredictor[Predictor], settings: ModelSettings) -> None:
        """Watch the registry of the settings for ``predictor``."""
        self._predictor = predictor
        self._registry = open_registry(settings)
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        """Check for promotions until cancelled; an unexpected failure is logged and tried again."""
        interval = CHECK_INTERVAL_SECONDS
        while True:
            await asyncio.sleep(interval)
            try:
                await self.check_for_promotion()
                interval = CHECK_INTERVAL_SECONDS
            except Exception as error:
                interval = RETRY_INTERVAL_SECONDS
                logger.error(
                    "the check for a promoted artifact failed: %s; %s stays in service",
                    describe(error),
                    self._predictor.version,
                )

    async def check_for_promotion(self) -> bool:
        """Switch to the promoted artifact if it is another one; return True if it was.

        An artifact that cannot be served is refused and logged once.
        """
        state = self._pointer_state()
        if state == self._seen:
            return False
        try:
            promoted = await self._load_if_other()
        except ArtifactError as error:
            self._seen = state
            logger.error(
                "promoted artifact refused: %s; %s stays in service", error, self._predictor.version
            )
            return False
        self._seen = state
        if promoted is None:
            return False
        logger.info("%s replaces %s", promoted.version, self._predictor.version)
        self._predictor.replace(promoted)
        return True

    async def _load_if_other(self) -> Predictor | None:
        """Return the predictor to serve; None if it is the one that is running."""
        running = self._predictor.version
        if running in self._registry.promoted_versions()[-1:]:
            return None
        promoted = await asyncio.to_thread(self._load_promoted)
        return promoted if promoted.version != running else None

    def _pointer_state(self) -> tuple[int, int] | None:
        """Return modification time in ns and inode of the pointer file; None without one."""
        try:
            status = self._registry.pointer_file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _load_promoted(self) -> Predictor:
        return load_predictor(self._registry.served())
