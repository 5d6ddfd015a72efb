"""Work on a Ray cluster of three nodes, of which one is killed."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.app.ray_serve import OPTIONS, api_deployment
from bot.bulk import formats
from bot.bulk.job import Job
from bot.bulk.run import Progress, run_here, run_on_cluster
from bot.config import loading
from bot.serving import load_served, promote
from model import Predictor
from tests.tiny import write_tiny_artifact

ray = pytest.importorskip("ray", reason="needs ray: pip install 'emoji-reactor[cluster]'")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),  # starting Serve takes minutes on a busy machine
    # Ray's own, of which some come at moments that no test can wait for.
    pytest.mark.filterwarnings("ignore"),
]
THREADS, SERVE_PORT = 4, 18_421
PROMOTION_SECONDS = 30.0
CHUNKS, CHUNK_ROWS = 60, 50


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and two workers with a processor each."""
    from ray.cluster_utils import Cluster

    resources = {"num_cpus": 1, "object_store_memory": 80 * 1024**2}
    # A dead node has failed its five checks after 2.5 seconds instead of 15; a slow one still has
    # ten seconds for each.
    head = {"include_dashboard": False, "_system_config": {"health_check_period_ms": 500}}
    nodes = Cluster(initialize_head=True, connect=True, head_node_args={**resources, **head})
    try:
        for _ in range(2):
            nodes.add_node(**resources, wait=False)
        nodes.wait_for_nodes()
        yield nodes
    finally:
        ray.shutdown()
        nodes.shutdown()


def test_the_files_of_the_deployment_fit_the_schema_and_the_program() -> None:
    from ray.serve.schema import ServeDeploySchema

    folder = Path(__file__).parents[1] / "deploy"
    kuberay = yaml.safe_load((folder / "kuberay.yaml").read_text(encoding="utf-8"))
    for text in (
        (folder / "ray-serve.yaml").read_text(encoding="utf-8"),
        kuberay["spec"]["serveConfigV2"],
    ):
        [application] = ServeDeploySchema.model_validate(yaml.safe_load(text)).applications
        module, _, name = application.import_path.partition(":")
        assert callable(getattr(import_module(module), name))
        assert [each.name for each in application.deployments] == [OPTIONS["name"]]


class Load:
    """Requests without a pause, by several threads."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.statuses: Counter[int] = Counter()
        self.versions: list[str] = []
        """Of the answers, in their order."""
        self.changed = threading.Condition()
        self.ended = False

    def send(self) -> None:
        """Send requests until the end."""
        with httpx.Client(trust_env=False, timeout=30) as http:
            while not self.ended:
                try:
                    response = http.post(self._url, json={"texts": ["so funny"]})
                    status = response.status_code
                except httpx.HTTPError:
                    status = 0
                with self.changed:
                    self.statuses[status] += 1
                    if status == 200:
                        self.versions.append(response.json()["artifact"])
                    self.changed.notify_all()

    def wait_for(self, answers: int, version: str, seconds: float) -> None:
        """Wait until so many answers in a row are of a version."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: self.versions[-answers:] == [version] * answers, seconds
            ), (self.statuses, Counter(self.versions))


@contextmanager
def under_load(url: str) -> Iterator[Load]:
    load = Load(url)
    threads = [threading.Thread(target=load.send) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.ended = True
        for thread in threads:
            thread.join()


def test_the_api_answers_though_a_node_dies_and_an_artifact_is_replaced(
    cluster: Any,  # noqa: ANN401 - the library's
    tmp_path: Path,
    tiny_artifact: Path,
) -> None:
    from ray import serve

    settings = {
        "database.url": f"sqlite+aiosqlite:///{tmp_path / 'api.db'}",
        "model.source": str(tiny_artifact),
        "model.folder": str(tmp_path / "artifacts"),
        "operations.listen": "",
    }
    config = tmp_path / "config.toml"
    config.write_text("".join(f"{key} = {json.dumps(each)}\n" for key, each in settings.items()))
    other = tmp_path / "other"
    write_tiny_artifact(other, "other", seed=1)
    loaded = loading.load(config).model
    serve.start(proxy_location="HeadOnly", http_options={"port": SERVE_PORT})
    replicas = {"num_replicas": 3, "max_replicas_per_node": 1, "autoscaling_config": None}
    serve.run(api_deployment(str(config)).options(**replicas).bind())
    with under_load(f"http://127.0.0.1:{SERVE_PORT}/v1/predict") as load:
        load.wait_for(60, load_served(loaded).version, 60)
        cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
        before = len(load.versions)
        with load.changed:
            assert load.changed.wait_for(lambda: len(load.versions) > before + 60, 60)
        started = time.monotonic()
        promoted = promote(loaded, other).version
        load.wait_for(60, promoted, PROMOTION_SECONDS - (time.monotonic() - started))
    assert load.statuses.total() - load.statuses[200] <= THREADS, load.statuses
    serve.shutdown()


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
