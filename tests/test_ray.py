"""Work on a Ray cluster of three nodes, of which one is killed."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.bulk import formats
from bot.bulk.job import Job
from bot.bulk.run import Progress, run_here, run_on_cluster
from model import Predictor

ray = pytest.importorskip("ray", reason="needs ray: pip install 'emoji-reactor[cluster]'")

pytestmark = [
    pytest.mark.slow,
    # Ray's own, of which some come at moments that no test can wait for.
    pytest.mark.filterwarnings("ignore"),
]
CHUNKS, CHUNK_ROWS = 60, 50


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and two workers with a processor each."""
    from ray.cluster_utils import Cluster

    memory = 80 * 1024**2
    nodes = Cluster(
        initialize_head=True,
        connect=True,
        head_node_args={"num_cpus": 1, "object_store_memory": memory, "include_dashboard": False},
    )
    for _ in range(2):
        nodes.add_node(num_cpus=1, object_store_memory=memory)
    nodes.wait_for_nodes()
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def test_a_job_is_done_though_a_node_dies(
    cluster: Any,  # noqa: ANN401 - the library's
    tmp_path: Path,
    tiny_artifact: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "CHUNK_ROWS", CHUNK_ROWS)
    source = tmp_path / "texts.jsonl"
    lines = (f'{{"text": "haha number {number}"}}\n' for number in range(CHUNKS * CHUNK_ROWS))
    source.write_text("".join(lines), encoding="utf-8")
    begun = [Job([source], tmp_path / n, "text", 1, None, "1") for n in ("whole", "out")]
    for job in begun:
        job.begin()
    list(run_here(begun[0], Predictor.load(str(tiny_artifact))))
    done: list[Progress] = []
    for each in run_on_cluster(begun[1], partial(Predictor.load, str(tiny_artifact))):
        done.append(each)
        if len(done) == 5:
            cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
    assert [each.rows for each in done] == [CHUNK_ROWS] * CHUNKS
    whole, out = (
        {part.name: part.read_bytes() for part in job.output.glob("part-*")} for job in begun
    )
    assert out == whole
