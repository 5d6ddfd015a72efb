"""``--model ORG/NAME[@REVISION]`` with the real client against a Hub on loopback."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from model.artifact import LAYOUT, load
from tests.cli.conftest import BOT, CommandResult
from tests.hub_server import MAIN, Commit, HubServer, Repository
from tests.model.training.export.hub_classifiers import EMOJIS, roberta
from tests.tiny import write_tiny_artifact

NAME = "org/emoji"
TOKEN = "hf_" + "a" * 34
FILES = (*LAYOUT.hashed_files, LAYOUT.manifest, LAYOUT.card)

PredictWith = Callable[..., Awaitable[CommandResult]]


def artifact_commit(folder: Path) -> Commit:
    """Return the commit of an uploaded artifact, with a file that serving does not need."""
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    return Commit({LAYOUT.card: b"# A tiny model", "curves.png": b"large", **files})


@pytest.fixture
async def hub(tiny_artifact: Path) -> AsyncIterator[HubServer]:
    server = HubServer()
    server.repositories[NAME] = Repository({MAIN: artifact_commit(tiny_artifact)})
    await server.start()
    yield server
    await server.close()


def at_hub(hub: HubServer, folder: Path) -> dict[str, str]:
    """Return the variables of a client with an empty cache in a folder."""
    return {
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(folder / "hub"),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


@pytest.fixture
def predict_with(hub: HubServer, environment: Mapping[str, str], tmp_path: Path) -> PredictWith:
    """Call ``predict --model`` in a subprocess with an empty cache."""

    async def call(model: str, **more: str) -> CommandResult:
        process = await asyncio.create_subprocess_exec(
            *(*BOT, "predict", "--json", "--model", model, "so funny"),
            env={
                **{name: value for name, value in environment.items() if name != "HF_TOKEN"},
                **at_hub(hub, tmp_path),
                **more,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return CommandResult(process.returncode, out.decode(), err.decode())

    return call


def version(result: CommandResult) -> str:
    """Return the version of the artifact that predicted.

    Raises:
        AssertionError: the command failed.
    """
    assert result.status == 0, result.err
    answer = json.loads(result.out)
    assert answer["predictions"][0]["emoji"] == "😂"
    return str(answer["model"])


async def test_an_artifact_is_fetched_once(
    predict_with: PredictWith, hub: HubServer, tiny_artifact: Path
) -> None:
    first = await predict_with(NAME)
    assert version(first) == load(tiny_artifact).version
    assert sorted(hub.downloads()) == sorted(FILES)
    hub.requests.clear()
    assert version(await predict_with(NAME)) == version(first)
    assert hub.downloads() == []
    assert hub.requests == [f"GET /api/models/{NAME}/revision/{MAIN}"]


async def test_the_cache_is_used_if_the_hub_is_down(
    predict_with: PredictWith, hub: HubServer
) -> None:
    first = version(await predict_with(NAME))
    await hub.close()
    assert version(await predict_with(NAME)) == first
    assert version(await predict_with(NAME, HF_HUB_OFFLINE="1")) == first


async def test_the_requested_revision_is_fetched(
    predict_with: PredictWith, hub: HubServer, tmp_path: Path
) -> None:
    write_tiny_artifact(tmp_path / "other", "other", seed=1)
    other = artifact_commit(tmp_path / "other")
    hub.repositories[NAME].revisions["v2"] = other
    assert version(await predict_with(f"{NAME}@v2")).startswith("other-")
    assert version(await predict_with(f"{NAME}@{other.sha}")).startswith("other-")
    assert version(await predict_with(NAME)).startswith("tiny-")


async def test_a_newer_commit_is_fetched(
    predict_with: PredictWith, hub: HubServer, tmp_path: Path
) -> None:
    assert version(await predict_with(NAME)).startswith("tiny-")
    write_tiny_artifact(tmp_path / "other", "other", seed=1)
    hub.repositories[NAME].revisions[MAIN] = artifact_commit(tmp_path / "other")
    assert version(await predict_with(NAME)).startswith("other-")


async def test_a_private_repository_needs_a_token(
    predict_with: PredictWith, hub: HubServer
) -> None:
    hub.repositories[NAME].token = TOKEN
    for given in ({}, {"HF_TOKEN": TOKEN[:-1] + "b"}):
        result = await predict_with(NAME, **given)
        assert result.status == 1
        assert re.match(rf"{NAME}: download from the Hub failed: .*401", result.error)
        assert TOKEN[:-1] not in result.error
    assert version(await predict_with(NAME, HF_TOKEN=TOKEN)).startswith("tiny-")


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("org/nothing", "401"),
        (f"{NAME}@nowhere", "404"),
        ("org/--", "Repo id"),
        ("no/such/place", "neither a folder nor a Hub id"),
    ],
)
async def test_missing_models_are_one_line_errors(
    predict_with: PredictWith, model: str, reason: str
) -> None:
    result = await predict_with(model)
    assert (result.status, result.out) == (1, "")
    assert result.error.startswith(model.partition("@")[0])
    assert reason in result.error


@pytest.mark.parametrize("status", [404, 503])
async def test_a_failing_hub_is_a_one_line_error(
    predict_with: PredictWith, hub: HubServer, status: int
) -> None:
    hub.repositories[NAME].failure = status
    result = await predict_with(NAME)
    assert result.status == 1
    assert re.match(rf"{NAME}: download from the Hub failed: .*{status}", result.error)


async def test_an_unreachable_hub_is_a_one_line_error(
    predict_with: PredictWith, hub: HubServer
) -> None:
    await hub.close()
    result = await predict_with(NAME)
    assert result.status == 1
    assert result.error.startswith(f"{NAME}: download from the Hub failed: ")
    offline = await predict_with(NAME, HF_HUB_OFFLINE="1")
    assert offline.status == 1
    assert "HF_HUB_OFFLINE" in offline.error or "disabled" in offline.error


async def test_an_interrupted_download_is_not_served(
    predict_with: PredictWith, hub: HubServer
) -> None:
    hub.repositories[NAME].max_sent_bytes = 100
    result = await predict_with(NAME)
    assert (result.status, result.out) == (1, "")
    assert result.error.startswith(f"{NAME}: download from the Hub failed: ")
    hub.repositories[NAME].max_sent_bytes = None
    assert version(await predict_with(NAME)).startswith("tiny-")


async def test_a_corrupt_file_is_named(predict_with: PredictWith, hub: HubServer) -> None:
    files = dict(hub.repositories[NAME].revisions[MAIN].files)
    files[LAYOUT.encoder] = files[LAYOUT.encoder][:-1] + b"?"
    hub.repositories[NAME].revisions[MAIN] = Commit(files)
    result = await predict_with(NAME)
    assert result.status == 1
    assert f"/{LAYOUT.encoder} is corrupt" in result.error


async def test_a_repository_without_an_artifact_is_a_one_line_error(
    predict_with: PredictWith, hub: HubServer
) -> None:
    hub.repositories[NAME].revisions[MAIN] = Commit({"pytorch_model.bin": b"x"})
    result = await predict_with(NAME)
    assert result.status == 1
    assert LAYOUT.manifest in result.error


async def test_a_classifier_of_another_project_is_fetched_and_served(
    predict_with: PredictWith, hub: HubServer, tmp_path: Path
) -> None:
    """Pickled weights are fetched when there are no safetensors."""
    files = {file.name: file.read_bytes() for file in roberta(tmp_path / "foreign").iterdir()}
    hub.repositories["org/foreign"] = Repository({MAIN: Commit({**files, "notes.bin": b"large"})})
    result = await predict_with("org/foreign")
    assert result.status == 0, result.err
    assert {p["emoji"] for p in json.loads(result.out)["predictions"]} < set(EMOJIS)
    assert "notes.bin" not in hub.downloads()
    assert {"config.json", "pytorch_model.bin"} <= set(hub.downloads())


async def test_weights_are_fetched_in_one_form(
    hub: HubServer, environment: Mapping[str, str], tmp_path: Path
) -> None:
    weights = {"model.safetensors": b"x", "pytorch_model.bin": b"large"}
    hub.repositories["org/foreign"] = Repository({MAIN: Commit({"config.json": b"{}", **weights})})
    code = "from model.artifact_source import locate_classifier; locate_classifier('org/foreign')"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        env={**environment, **at_hub(hub, tmp_path)},
    )
    assert await process.wait() == 0
    assert sorted(hub.downloads()) == ["config.json", "model.safetensors"]
