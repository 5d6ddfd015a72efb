"""A running bot takes what is promoted, between two messages, and refuses what is corrupt."""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path

import pytest

from bot import serving
from bot.config.sections import ModelSettings
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.events import Outcome
from bot.core.messages.service import Service
from bot.serving import ArtifactWatch, load_served, open_registry, promote
from model import Prediction, Predictor
from model.artifact import LAYOUT, Artifact, ArtifactError, load
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.registry import Registry
from tests.core.fakes import RecordingPlatform, message
from tests.core.memory_store import MemoryStore
from tests.tiny import write_failing_artifact, write_tiny_artifact


@pytest.fixture
def settings(tmp_path: Path, tiny_artifact: Path) -> ModelSettings:
    return ModelSettings(source=str(tiny_artifact), folder=str(tmp_path / "artifacts"))


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    write_tiny_artifact(tmp_path / "candidate", "next", seed=1)
    return tmp_path / "candidate"


@pytest.fixture
async def running(settings: ModelSettings) -> AsyncIterator[BatchingPredictor[Predictor]]:
    predictor = BatchingPredictor(load_served(settings))
    yield predictor
    await predictor.aclose()


async def test_a_promotion_and_a_rollback_are_taken(
    running: BatchingPredictor[Predictor], settings: ModelSettings, candidate: Path
) -> None:
    watch, before = ArtifactWatch(running, settings), running.version
    assert not await watch.check_for_promotion()
    promoted = open_registry(settings).promote(candidate).version
    assert await watch.check_for_promotion()
    assert running.version == promoted != before
    assert not await watch.check_for_promotion()
    assert (await running.predict("so funny"))[0].emoji == "😂"
    open_registry(settings).rollback()
    assert await watch.check_for_promotion()
    assert running.version == before


async def test_what_was_promoted_before_the_start_is_served(
    settings: ModelSettings, candidate: Path
) -> None:
    promoted = open_registry(settings).promote(candidate).version
    started = BatchingPredictor(load_served(settings))
    assert started.version == promoted
    assert not await ArtifactWatch(started, settings).check_for_promotion()
    await started.aclose()


async def test_a_corrupt_artifact_is_refused_once_and_the_old_one_goes_on(
    running: BatchingPredictor[Predictor],
    settings: ModelSettings,
    candidate: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch, before = ArtifactWatch(running, settings), running.version
    kept = open_registry(settings).promote(candidate).folder
    (kept / LAYOUT.encoder).write_bytes(b"half")
    assert not await watch.check_for_promotion()
    assert not await watch.check_for_promotion()
    [line] = [record.message for record in caplog.records]
    assert "encoder.onnx is corrupt" in line
    assert line.endswith(f"{before} stays in service")
    assert (await running.predict("so funny"))[0].emoji == "😂"
    assert open_registry(settings).promote(candidate).folder == kept
    assert await watch.check_for_promotion()


@pytest.mark.parametrize("failure", [OSError("disk"), RuntimeError("bug"), MemoryError()])
async def test_the_watch_survives_any_failure_and_goes_on(
    running: BatchingPredictor[Predictor],
    settings: ModelSettings,
    candidate: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL_SECONDS", 0)
    monkeypatch.setattr(serving, "RETRY_INTERVAL_SECONDS", 0)
    promoted = open_registry(settings).promote(candidate).version
    failures = [failure]
    served = Registry.served

    def fail_once(registry: Registry) -> Artifact:
        if failures:
            raise failures.pop()
        return served(registry)

    monkeypatch.setattr(Registry, "served", fail_once)
    watching = asyncio.create_task(ArtifactWatch(running, settings).run())
    async with asyncio.timeout(10):
        while running.version != promoted and not watching.done():
            await asyncio.wait([watching], timeout=0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert watching.cancelled()
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "the check for a promoted artifact failed" in line.message


def test_a_start_passes_over_what_is_corrupt(
    settings: ModelSettings, candidate: Path, tmp_path: Path, tiny_artifact: Path
) -> None:
    write_tiny_artifact(tmp_path / "third", "third", seed=2)
    shelf = open_registry(settings)
    second = shelf.promote(candidate)
    third = shelf.promote(tmp_path / "third")
    (third.folder / LAYOUT.manifest).unlink()
    assert load_served(settings).version == second.version
    (second.folder / LAYOUT.manifest).unlink()
    assert load_served(settings).version == load(tiny_artifact).version
    shelf.pointer_file.write_text("{", "utf-8")
    assert load_served(settings).version == load(tiny_artifact).version


def test_what_fails_a_trial_prediction_is_neither_promoted_nor_served(
    settings: ModelSettings, candidate: Path, tmp_path: Path
) -> None:
    write_failing_artifact(tmp_path / "failing")
    second = promote(settings, candidate)
    with pytest.raises(ArtifactError, match="does not predict"):
        promote(settings, tmp_path / "failing")
    assert open_registry(settings).promoted_versions() == (second.version,)
    open_registry(settings).promote(tmp_path / "failing")  # as an earlier program did
    assert load_served(settings).version == second.version


class Gated:
    """Waits for its gate, then answers as the artifact that it wraps."""

    threshold = 0.0

    def __init__(self, wrapped: Predictor) -> None:
        self.wrapped, self.version = wrapped, wrapped.version
        self.gate, self.entered = threading.Event(), threading.Event()

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        moves: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        self.entered.set()
        assert self.gate.wait(10)
        return self.wrapped.predict(texts, k, candidates, biases, moves)

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        return self.wrapped.embedding_offsets(choices)


async def test_each_row_names_the_artifact_that_answered(
    tiny_artifact: Path, candidate: Path
) -> None:
    old, new = Gated(Predictor.load(str(tiny_artifact))), Gated(Predictor.load(str(candidate)))
    predictor, store = BatchingPredictor(old), MemoryStore()
    service, platform = Service(predictor, store), RecordingPlatform()

    def handle(number: str) -> "asyncio.Task[Outcome]":
        return asyncio.create_task(service.on_message(message("so funny", number), platform))

    async def queued(number: str, waiting: int) -> "asyncio.Task[Outcome]":
        task = handle(number)
        async with asyncio.timeout(10):
            while predictor.waiting < waiting:
                await asyncio.wait([task], timeout=0)
        return task

    first = handle("1")
    assert await asyncio.to_thread(old.entered.wait, 10)
    second = await queued("2", 1)
    predictor.replace(new)
    third = await queued("3", 2)
    old.gate.set()
    new.gate.set()
    await asyncio.gather(first, second, third)
    versions = {
        ref.message: outcome.artifact_version for ref, (_, outcome) in store.outcomes.rows.items()
    }
    assert versions == {"1": old.version, "2": old.version, "3": new.version}
    await predictor.aclose()
