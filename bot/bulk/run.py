"""Processing of a job's chunks: one after the other here, or side by side on a Ray cluster."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bulk.errors import BulkInputError, ClusterExtraMissing
from bot.bulk.formats import Span
from bot.bulk.job import BulkPredictor, Chunk, Job

OpenPredictor = Callable[[], BulkPredictor]
"""Loads the predictor; it is called in each process."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A chunk that is done."""

    size: int
    """Bytes of input."""
    rows: int
    """0 if a former run did it."""


def run_here(job: Job, predictor: BulkPredictor) -> Iterator[Progress]:
    """Process the chunks that are left, in order.

    Raises:
        BulkInputError: a row cannot be read; the parts before it stay.
    """
    for chunk in job.chunks():
        rows = 0 if job.is_done(chunk) else job.process(chunk, predictor)
        yield Progress(chunk.span.size, rows)


def run_on_cluster(job: Job, open_predictor: OpenPredictor) -> Iterator[Progress]:
    """Process the chunks that are left on the Ray cluster of ``RAY_ADDRESS``, or this machine's.

    Input and output must be on a file system that all nodes share. What a dead node had is
    processed again elsewhere.

    Raises:
        BulkInputError: a row cannot be read; the parts that are done stay.
        ClusterExtraMissing: ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError:
        raise ClusterExtraMissing from None
    if not ray.is_initialized():
        ray.init("auto", log_to_driver=False)
    left: list[Chunk] = []
    for chunk in job.chunks():
        if job.is_done(chunk):
            yield Progress(chunk.span.size, 0)
        else:
            left.append(chunk)
    if not left:
        return
    actors = max(1, min(len(left), int(ray.cluster_resources()["CPU"]) - 1))
    items = [
        {"number": each.number, "file": str(each.file), **each.span._asdict()} for each in left
    ]
    done = ray.data.from_items(items, override_num_blocks=len(items)).map(
        _ChunkWorker,
        fn_constructor_args=(job, open_predictor),
        compute=ray.data.ActorPoolStrategy(size=actors),
        max_restarts=-1,
        max_task_retries=-1,
    )
    for row in done.iter_rows():
        if row["error"]:
            raise BulkInputError(row["error"])
        yield Progress(row["size"], row["rows"])


class _ChunkWorker:
    """A process of the cluster, with its own predictor."""

    def __init__(self, job: Job, open_predictor: OpenPredictor) -> None:
        self._job = job
        self._predictor = open_predictor()

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        span = Span(row["start"], row["stop"], row["size"])
        chunk = Chunk(row["number"], Path(row["file"]), span)
        try:
            rows = self._job.process(chunk, self._predictor)
        except BulkInputError as error:  # Ray would try again, and wrap it
            return {"size": 0, "rows": 0, "error": str(error)}
        return {"size": chunk.span.size, "rows": rows, "error": ""}
