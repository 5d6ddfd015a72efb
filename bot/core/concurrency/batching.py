"""Runs the synchronous predictor off the event loop, in batches of what has piled up."""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bot.core.errors import Overloaded
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice

MAX_BATCH_SIZE = 16


class SyncPredictor(Protocol):
    """What is asked of ``model.Predictor``."""

    @property
    def version(self) -> str:
        """The artifact's version."""
        ...

    @property
    def threshold(self) -> float:
        """The artifact's recommended least score."""
        ...

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        offsets: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        """Top ``k`` for each text."""
        ...

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        """What choices add to the rows of custom emojis."""
        ...


P = TypeVar("P", bound=SyncPredictor)


@dataclass(slots=True)
class _Request:
    text: str = field(repr=False)
    k: int
    candidates: frozenset[str] | None
    bias: Mapping[str, float]
    offsets: Mapping[str, EmbeddingOffset]
    predictor: SyncPredictor
    """The one that was running when the message came."""
    future: asyncio.Future[list[Prediction]]

    @property
    def group(self) -> tuple[int, frozenset[str] | None, int]:
        return self.k, self.candidates, id(self.predictor)


class BatchingPredictor(Generic[P]):
    """An ``EmojiPredictor`` with one worker thread and a bounded queue.

    Requests that wait while a batch is computed form the next one; those with the same ``k`` and
    candidates are answered by one call. Each is answered by the artifact that was running when it
    came: ``version`` and ``threshold`` that are read beside ``predict`` are those of its answer.
    """

    def __init__(self, predictor: P, queue_size: int = 64) -> None:
        """Let at most ``queue_size`` requests wait beside the batch that is being computed."""
        self._predictor = predictor
        self._queue_size = queue_size
        self._waiting: deque[_Request] = deque()
        self._drainer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predictor")
        self._closed = False

    @property
    def version(self) -> str:
        """The artifact version that answers now."""
        return self._predictor.version

    @property
    def threshold(self) -> float:
        """The artifact's recommended least score."""
        return self._predictor.threshold

    @property
    def serving(self) -> P:
        """The artifact that answers now, for what is asked beside messages."""
        return self._predictor

    @property
    def waiting(self) -> int:
        """Requests that wait beside the batch that is being computed."""
        return len(self._waiting)

    def replace(self, predictor: P) -> None:
        """Answer by another artifact from the next message on."""
        self._predictor = predictor

    async def predict(
        self,
        text: str,
        k: int = 5,
        candidates: Collection[str] | None = None,
        bias: Mapping[str, float] | None = None,
        offsets: Mapping[str, EmbeddingOffset] | None = None,
    ) -> list[Prediction]:
        """Top ``k`` for one text, best first.

        ``bias`` is added to the log-odds of emojis, ``moves`` to their rows.

        Raises:
            Overloaded: the queue is full, or closed.
        """
        if self._closed:
            raise Overloaded("the predictor is shutting down")
        if len(self._waiting) >= self._queue_size:
            raise Overloaded(f"{self._queue_size} messages are waiting for the predictor")
        allowed = None if candidates is None else frozenset(candidates)
        answer: asyncio.Future[list[Prediction]] = asyncio.get_running_loop().create_future()
        predictor = self._predictor
        request = _Request(text, k, allowed, bias or {}, offsets or {}, predictor, answer)
        self._waiting.append(request)
        if self._drainer is None:
            self._drainer = asyncio.create_task(self._drain())
        return await answer

    async def embedding_offsets(
        self, choices: Sequence[EmojiChoice]
    ) -> Mapping[str, EmbeddingOffset]:
        """What choices add to the rows of custom emojis; computed between two batches."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._predictor.embedding_offsets, choices)

    async def aclose(self) -> None:
        """Answer everything accepted, then end the thread; further requests are refused."""
        self._closed = True
        if self._drainer is not None:
            await self._drainer
        self._thread.shutdown()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._run_batch(self._next_batch())
        finally:
            self._drainer = None

    def _next_batch(self) -> list[_Request]:
        """The eldest request and those of its group; the others keep their order."""
        group = self._waiting[0].group
        batch: list[_Request] = []
        rest: deque[_Request] = deque()
        for request in self._waiting:
            fits = request.group == group and len(batch) < MAX_BATCH_SIZE
            (batch if fits else rest).append(request)
        self._waiting = rest
        return [request for request in batch if not request.future.done()]

    async def _run_batch(self, batch: list[_Request]) -> None:
        if not batch:  # all were given up while they waited
            return
        try:
            answers = await self._call(batch)
        except Exception as error:
            if len(batch) == 1:
                _resolve(batch[0], error)
                return
            # One text must not spoil its neighbours' answers.
            for request in batch:
                await self._run_batch([request])
            return
        for request, answer in zip(batch, answers, strict=True):
            _resolve(request, answer)

    async def _call(self, batch: list[_Request]) -> list[list[Prediction]]:
        texts = [request.text for request in batch]
        biases, moves = [r.bias for r in batch], [r.offsets for r in batch]
        first = batch[0]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, first.predictor.predict, texts, first.k, first.candidates, biases, moves
        )


def _resolve(request: _Request, result: list[Prediction] | Exception) -> None:
    if request.future.done():  # given up while it was computed
        return
    if isinstance(result, Exception):
        request.future.set_exception(result)
    else:
        request.future.set_result(result)
