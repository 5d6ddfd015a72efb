"""The synchronous predictor off the event loop, in batches of waiting requests."""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import ceil
from typing import Generic, Protocol, TypeVar

from bot.core.errors import Overloaded
from bot.log import is_own_error
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice

MAX_BATCH_SIZE = 16


class SyncPredictor(Protocol):
    """The part of ``model.Predictor`` that is used here."""

    @property
    def version(self) -> str:
        """The artifact's version."""
        ...

    @property
    def threshold(self) -> float:
        """The confidence threshold that the artifact recommends, 0 to 1."""
        ...

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        offsets: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        """Return the top ``k`` for each text."""
        ...

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        """Return the embedding offsets of the custom emojis among the choices."""
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
    """The one that was current when the request came."""
    future: asyncio.Future[list[Prediction]]

    @property
    def group(self) -> tuple[int, frozenset[str] | None, int]:
        return self.k, self.candidates, id(self.predictor)


class BatchingPredictor(Generic[P]):
    """An ``EmojiPredictor`` with worker threads and a bounded queue.

    Each thread runs one batch at a time. Requests that wait while all are busy form the next
    batches; those with the same ``k`` and candidates share one call. Each gets the artifact that
    was current when it came: ``version`` and ``threshold`` that are read just before ``predict``
    are those of its predictions.
    """

    def __init__(
        self,
        predictor: P,
        max_queue_size: int = 64,
        timeout_seconds: float | None = None,
        threads: int = 1,
    ) -> None:
        """Let at most ``max_queue_size`` requests wait beside the running batches.

        A prediction that takes longer than ``timeout_seconds``, with its wait, is given up.
        ``predictor`` is called from as many threads at the same time.
        """
        self._predictor = predictor
        self._max_queue_size = max_queue_size
        self._timeout_seconds = timeout_seconds
        self._waiting: deque[_Request] = deque()
        self._drainers: set[asyncio.Task[None]] = set()
        self._idle_threads = self._max_threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="predictor")
        self._closed = False

    @property
    def version(self) -> str:
        """The version of the current artifact."""
        return self._predictor.version

    @property
    def threshold(self) -> float:
        """The confidence threshold that the artifact recommends, 0 to 1."""
        return self._predictor.threshold

    @property
    def serving(self) -> P:
        """The current predictor, for calls outside the queue."""
        return self._predictor

    @property
    def waiting(self) -> int:
        """Requests that wait beside the running batches."""
        return len(self._waiting)

    def has_room(self, requests: int = 1) -> bool:
        """Return True if so many more requests can wait."""
        return len(self._waiting) + requests <= self._max_queue_size

    def replace(self, predictor: P) -> None:
        """Use another artifact from the next request on."""
        self._predictor = predictor

    async def predict(
        self,
        text: str,
        k: int = 5,
        candidates: Collection[str] | None = None,
        bias: Mapping[str, float] | None = None,
        offsets: Mapping[str, EmbeddingOffset] | None = None,
    ) -> list[Prediction]:
        """Return the top ``k`` for one text, best first.

        ``bias`` is added to the log-odds of emojis, ``offsets`` to the embeddings of custom ones.

        Raises:
            Overloaded: the queue is full, or closed, or the prediction is late.
        """
        if self._closed:
            raise Overloaded("the predictor is shutting down")
        if not self.has_room():
            raise Overloaded(f"{self._max_queue_size} messages are waiting for the predictor")
        candidate_set = None if candidates is None else frozenset(candidates)
        future: asyncio.Future[list[Prediction]] = asyncio.get_running_loop().create_future()
        predictor = self._predictor
        request = _Request(text, k, candidate_set, bias or {}, offsets or {}, predictor, future)
        self._waiting.append(request)
        if len(self._drainers) < self._max_threads:
            self._drainers.add(asyncio.create_task(self._drain()))
        try:
            async with asyncio.timeout(self._timeout_seconds) as limit:
                return await future
        except TimeoutError:
            if not limit.expired():
                raise
            raise Overloaded(f"no prediction within {self._timeout_seconds} s") from None

    async def embedding_offsets(
        self, choices: Sequence[EmojiChoice]
    ) -> Mapping[str, EmbeddingOffset]:
        """Compute embedding offsets of custom emojis from choices, between two batches."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._predictor.embedding_offsets, choices)

    async def aclose(self) -> None:
        """Finish the accepted requests and end the threads; later requests raise ``Overloaded``."""
        self._closed = True
        await asyncio.gather(*self._drainers)
        self._pool.shutdown()

    async def _drain(self) -> None:
        """Run batches on one thread until nothing waits."""
        try:
            while self._waiting:
                batch = self._next_batch()
                self._idle_threads -= 1
                try:
                    await self._run_batch(batch)
                finally:
                    self._idle_threads += 1
        finally:
            # Not by a callback: whoever was just answered asks before it would run.
            self._drainers -= {asyncio.current_task()}

    def _next_batch(self) -> list[_Request]:
        """Remove and return the oldest request and those of its group; others keep their order.

        Idle threads share what waits.
        """
        group = self._waiting[0].group
        size = min(MAX_BATCH_SIZE, ceil(len(self._waiting) / self._idle_threads))
        batch: list[_Request] = []
        rest: deque[_Request] = deque()
        for request in self._waiting:
            fits = request.group == group and len(batch) < size
            (batch if fits else rest).append(request)
        self._waiting = rest
        return [request for request in batch if not request.future.done()]

    async def _run_batch(self, batch: list[_Request]) -> None:
        if not batch:  # all were cancelled while they waited
            return
        try:
            results = await self._call(batch)
        except Exception as error:
            # Our own errors are about the predictor, whatever the text.
            if len(batch) == 1 or is_own_error(error):
                for request in batch:
                    _resolve(request, error)
                return
            # One failing text must not fail the others of its batch.
            for request in batch:
                await self._run_batch([request])
            return
        for request, result in zip(batch, results, strict=True):
            _resolve(request, result)

    async def _call(self, batch: list[_Request]) -> list[list[Prediction]]:
        texts = [request.text for request in batch]
        biases, offsets = [r.bias for r in batch], [r.offsets for r in batch]
        first = batch[0]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, first.predictor.predict, texts, first.k, first.candidates, biases, offsets
        )


def _resolve(request: _Request, result: list[Prediction] | Exception) -> None:
    if request.future.done():  # cancelled while it ran
        return
    if isinstance(result, Exception):
        request.future.set_exception(result)
    else:
        request.future.set_result(result)
