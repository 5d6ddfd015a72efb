"""The queue before the predictor."""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import pytest

from bot.core.concurrency.batching import MAX_BATCH_SIZE, BatchingPredictor
from bot.core.errors import EmojiReactorError, Overloaded
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice


class Gated:
    """A predictor that computes while its gate is open, and fails on ``bad``."""

    version = "gated-1"
    threshold = 0.25

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.calls: list[list[str]] = []
        self.threads: set[str] = set()

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        moves: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        self.calls.append(list(texts))
        self.threads.add(threading.current_thread().name)
        self.entered.release()
        assert self.gate.wait(10)
        if "bad" in texts:
            raise RuntimeError("cannot read this")
        if "gone" in texts:
            raise EmojiReactorError("the model is not there")
        return [[Prediction(f"{text}/{k}/{sorted(candidates or ())}", 1.0)] for text in texts]

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        self.threads.add(threading.current_thread().name)
        return {}


@pytest.fixture
def gated() -> Gated:
    return Gated()


@pytest.fixture
async def batching(gated: Gated) -> AsyncIterator[BatchingPredictor[Gated]]:
    batching = BatchingPredictor(gated, max_queue_size=20)
    yield batching
    gated.gate.set()
    await batching.aclose()


async def occupied(
    batching: BatchingPredictor[Gated], gated: Gated
) -> "asyncio.Task[list[Prediction]]":
    """A request that is being computed, so that the next ones pile up."""
    first = asyncio.create_task(batching.predict("first"))
    assert await asyncio.to_thread(gated.entered.acquire, timeout=10)
    return first


async def piled(
    batching: BatchingPredictor[Gated], texts: Sequence[str]
) -> "list[asyncio.Task[list[Prediction]]]":
    tasks = [asyncio.create_task(batching.predict(text)) for text in texts]
    await asyncio.gather(*(asyncio.wait([task], timeout=0) for task in tasks))
    return tasks


async def test_waiting_requests_become_one_batch_on_a_worker_thread(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    first = await occupied(batching, gated)
    tasks = await piled(batching, ["a", "b", "c"])
    gated.gate.set()
    answers = [(await task)[0].emoji for task in (first, *tasks)]
    assert answers == ["first/5/[]", "a/5/[]", "b/5/[]", "c/5/[]"]
    assert gated.calls == [["first"], ["a", "b", "c"]]
    assert len(gated.threads) == 1
    assert threading.current_thread().name not in gated.threads


async def test_requests_with_other_candidates_are_other_batches(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    await occupied(batching, gated)
    asked: list[tuple[str, int, set[str] | None]] = [
        ("a", 5, None),
        ("b", 5, {"x"}),
        ("c", 5, None),
        ("d", 3, None),
    ]
    tasks = [asyncio.create_task(batching.predict(*request)) for request in asked]
    await asyncio.wait(tasks, timeout=0)
    gated.gate.set()
    answers = [(await task)[0].emoji for task in tasks]
    assert answers == ["a/5/[]", "b/5/['x']", "c/5/[]", "d/3/[]"]
    assert gated.calls[1:] == [["a", "c"], ["b"], ["d"]]


async def test_the_batch_size_is_bounded(batching: BatchingPredictor[Gated], gated: Gated) -> None:
    await occupied(batching, gated)
    tasks = await piled(batching, [str(n) for n in range(MAX_BATCH_SIZE + 2)])
    gated.gate.set()
    await asyncio.gather(*tasks)
    assert [len(call) for call in gated.calls] == [1, MAX_BATCH_SIZE, 2]


async def test_a_full_queue_raises_at_once(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    await occupied(batching, gated)
    tasks = await piled(batching, [str(n) for n in range(20)])
    with pytest.raises(Overloaded):
        await batching.predict("one too many")
    gated.gate.set()
    assert len(await asyncio.gather(*tasks)) == 20
    assert await batching.predict("room again")


async def test_a_failing_text_does_not_affect_the_batch(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    await occupied(batching, gated)
    good, bad, other = await piled(batching, ["good", "bad", "other"])
    gated.gate.set()
    assert (await good)[0].emoji == "good/5/[]"
    assert (await other)[0].emoji == "other/5/[]"
    with pytest.raises(RuntimeError, match="cannot read"):
        await bad
    assert await batching.predict("afterwards")


async def test_cancelled_requests_are_not_computed(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    first = await occupied(batching, gated)
    (given_up,) = await piled(batching, ["a"])
    first.cancel()
    given_up.cancel()
    await asyncio.wait([first, given_up])
    gated.gate.set()
    assert await batching.predict("b")
    assert gated.calls == [["first"], ["b"]]


async def test_closing_finishes_accepted_requests_and_refuses_new_ones(gated: Gated) -> None:
    batching = BatchingPredictor(gated)
    first = await occupied(batching, gated)
    tasks = await piled(batching, ["a", "b"])
    closing = asyncio.create_task(batching.aclose())
    await asyncio.wait([closing], timeout=0)
    with pytest.raises(Overloaded):
        await batching.predict("late")
    gated.gate.set()
    await closing
    assert all(task.done() and task.result() for task in (first, *tasks))


async def test_version_and_threshold_are_those_of_the_predictor(
    batching: BatchingPredictor[Gated],
) -> None:
    assert (batching.version, batching.threshold) == ("gated-1", 0.25)


async def test_closing_an_unused_predictor_has_no_effect(gated: Gated) -> None:
    batching = BatchingPredictor(gated)
    await batching.aclose()
    await batching.aclose()


async def test_an_error_of_the_predictor_itself_is_not_tried_again_for_each_text(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    first = await occupied(batching, gated)
    tasks = await piled(batching, ["a", "gone", "b"])
    gated.gate.set()
    await first
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [EmojiReactorError] * 3
    assert gated.calls == [["first"], ["a", "gone", "b"]]


async def test_a_late_prediction_is_given_up(gated: Gated) -> None:
    batching = BatchingPredictor(gated, timeout_seconds=0.05)
    with pytest.raises(Overloaded, match=r"within 0\.05 s"):
        await batching.predict("late")
    gated.gate.set()
    await batching.aclose()


async def test_there_is_room_for_as_many_as_may_wait(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    first = await occupied(batching, gated)
    tasks = await piled(batching, ["a"] * 15)
    assert batching.has_room(5)
    assert not batching.has_room(6)
    gated.gate.set()
    await asyncio.gather(first, *tasks)


async def test_a_request_right_after_an_answer_is_computed(
    batching: BatchingPredictor[Gated], gated: Gated
) -> None:
    gated.gate.set()
    async with asyncio.timeout(10):
        for text in "abc":
            assert (await batching.predict(text))[0].emoji == f"{text}/5/[]"


@pytest.fixture
async def two_threads(gated: Gated) -> AsyncIterator[BatchingPredictor[Gated]]:
    batching = BatchingPredictor(gated, max_queue_size=40, threads=2)
    yield batching
    gated.gate.set()
    await batching.aclose()


async def test_each_thread_runs_a_batch_at_the_same_time(
    two_threads: BatchingPredictor[Gated], gated: Gated
) -> None:
    tasks = [await occupied(two_threads, gated) for _ in range(2)]
    tasks += await piled(two_threads, ["a", "b", "c"])
    gated.gate.set()
    await asyncio.gather(*tasks)
    assert gated.calls[:2] == [["first"], ["first"]]
    assert len(gated.threads) == 2
    assert two_threads.waiting == 0


async def test_idle_threads_share_what_comes_at_once(
    two_threads: BatchingPredictor[Gated], gated: Gated
) -> None:
    gated.gate.set()
    await asyncio.gather(*(two_threads.predict(text) for text in "abcde"))
    assert sorted(gated.calls) == [["a", "b", "c"], ["d", "e"]]


async def test_a_busy_thread_leaves_what_waits_to_the_others(
    two_threads: BatchingPredictor[Gated], gated: Gated
) -> None:
    first = await occupied(two_threads, gated)
    tasks = await piled(two_threads, list("abcd"))
    assert await asyncio.to_thread(gated.entered.acquire, timeout=10)
    assert gated.calls == [["first"], ["a", "b", "c", "d"]]
    gated.gate.set()
    await asyncio.gather(first, *tasks)


async def test_closing_finishes_the_batches_of_all_threads(gated: Gated) -> None:
    batching = BatchingPredictor(gated, threads=2)
    tasks = [await occupied(batching, gated) for _ in range(2)] + await piled(batching, ["a", "b"])
    closing = asyncio.create_task(batching.aclose())
    await asyncio.wait([closing], timeout=0)
    gated.gate.set()
    await closing
    assert all(task.done() and task.result() for task in tasks)
