"""``--model ORG/NAME[@REVISION]`` with the real client against a Hub on loopback."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from model.artifact import LAYOUT, load
from tests.cli.conftest import BOT, Ended
from tests.hub_server import MAIN, Commit, HubServer, Repository
from tests.model.training.export.test_emoji_classifier import EMOJIS, roberta, written
from tests.tiny import write_tiny_artifact

NAME = "org/emoji"
TOKEN = "hf_" + "a" * 34
FILES = (*LAYOUT.hashed_files, LAYOUT.manifest, LAYOUT.card)

Ask = Callable[..., Awaitable[Ended]]


def commit(folder: Path) -> Commit:
    """An artifact as it would be uploaded, and a file that serving does not need."""
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    return Commit({LAYOUT.card: b"# A tiny model", "curves.png": b"large", **files})


@pytest.fixture
async def hub(tiny_artifact: Path) -> AsyncIterator[HubServer]:
    server = HubServer()
    server.repositories[NAME] = Repository({MAIN: commit(tiny_artifact)})
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def ask(hub: HubServer, environment: Mapping[str, str], tmp_path: Path) -> Ask:
    """Call ``predict --model`` in a process of its own with an empty cache."""

    async def call(model: str, **more: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *(*BOT, "predict", "--json", "--model", model, "so funny"),
            env={
                **{name: value for name, value in environment.items() if name != "HF_TOKEN"},
                "HF_ENDPOINT": hub.endpoint,
                "HF_HOME": str(tmp_path / "hub"),
                "HF_HUB_OFFLINE": "0",
                "HF_HUB_DISABLE_TELEMETRY": "1",
                **more,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())

    return call


def version(ended: Ended) -> str:
    """The version that answered, as it should.

    Raises:
        AssertionError: the command failed.
    """
    assert ended.status == 0, ended.err
    answer = json.loads(ended.out)
    assert answer["predictions"][0]["emoji"] == "😂"
    return str(answer["model"])


async def test_an_artifact_is_fetched_once(ask: Ask, hub: HubServer, tiny_artifact: Path) -> None:
    first = await ask(NAME)
    assert version(first) == load(tiny_artifact).version
    assert sorted(hub.downloads()) == sorted(FILES)
    hub.requests.clear()
    assert version(await ask(NAME)) == version(first)
    assert hub.downloads() == []
    assert hub.requests == [f"GET /api/models/{NAME}/revision/{MAIN}"]


async def test_the_cache_answers_where_the_hub_is_down(ask: Ask, hub: HubServer) -> None:
    first = version(await ask(NAME))
    await hub.close()
    assert version(await ask(NAME)) == first
    assert version(await ask(NAME, HF_HUB_OFFLINE="1")) == first


async def test_a_revision_is_the_one_that_was_asked_for(
    ask: Ask, hub: HubServer, tmp_path: Path
) -> None:
    write_tiny_artifact(tmp_path / "other", "other", seed=1)
    other = commit(tmp_path / "other")
    hub.repositories[NAME].revisions["v2"] = other
    assert version(await ask(f"{NAME}@v2")).startswith("other-")
    assert version(await ask(f"{NAME}@{other.sha}")).startswith("other-")
    assert version(await ask(NAME)).startswith("tiny-")


async def test_a_newer_commit_is_fetched(ask: Ask, hub: HubServer, tmp_path: Path) -> None:
    assert version(await ask(NAME)).startswith("tiny-")
    write_tiny_artifact(tmp_path / "other", "other", seed=1)
    hub.repositories[NAME].revisions[MAIN] = commit(tmp_path / "other")
    assert version(await ask(NAME)).startswith("other-")


async def test_a_private_repository_needs_its_token(ask: Ask, hub: HubServer) -> None:
    hub.repositories[NAME].token = TOKEN
    for given in ({}, {"HF_TOKEN": TOKEN[:-1] + "b"}):
        ended = await ask(NAME, **given)
        assert ended.status == 1
        assert re.match(rf"{NAME}: download from the Hub failed: .*401", ended.error)
        assert TOKEN[:-1] not in ended.error
    assert version(await ask(NAME, HF_TOKEN=TOKEN)).startswith("tiny-")


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("org/nothing", "401"),
        (f"{NAME}@nowhere", "404"),
        ("org/--", "Repo id"),
        ("no/such/place", "neither a folder nor a Hub id"),
    ],
)
async def test_what_is_not_there_is_one_line(ask: Ask, model: str, reason: str) -> None:
    ended = await ask(model)
    assert (ended.status, ended.out) == (1, "")
    assert ended.error.startswith(model.partition("@")[0])
    assert reason in ended.error


@pytest.mark.parametrize("status", [404, 503])
async def test_a_hub_that_fails_is_one_line(ask: Ask, hub: HubServer, status: int) -> None:
    hub.repositories[NAME].failure = status
    ended = await ask(NAME)
    assert ended.status == 1
    assert re.match(rf"{NAME}: download from the Hub failed: .*{status}", ended.error)


async def test_a_hub_that_is_down_is_one_line(ask: Ask, hub: HubServer) -> None:
    await hub.close()
    ended = await ask(NAME)
    assert ended.status == 1
    assert ended.error.startswith(f"{NAME}: download from the Hub failed: ")
    offline = await ask(NAME, HF_HUB_OFFLINE="1")
    assert offline.status == 1
    assert "HF_HUB_OFFLINE" in offline.error or "disabled" in offline.error


async def test_a_connection_that_breaks_leaves_nothing_half(ask: Ask, hub: HubServer) -> None:
    hub.repositories[NAME].max_sent_bytes = 100
    ended = await ask(NAME)
    assert (ended.status, ended.out) == (1, "")
    assert ended.error.startswith(f"{NAME}: download from the Hub failed: ")
    hub.repositories[NAME].max_sent_bytes = None
    assert version(await ask(NAME)).startswith("tiny-")


async def test_a_corrupt_upload_is_refused_by_the_name_of_the_file(
    ask: Ask, hub: HubServer
) -> None:
    files = dict(hub.repositories[NAME].revisions[MAIN].files)
    files[LAYOUT.encoder] = files[LAYOUT.encoder][:-1] + b"?"
    hub.repositories[NAME].revisions[MAIN] = Commit(files)
    ended = await ask(NAME)
    assert ended.status == 1
    assert f"/{LAYOUT.encoder} is corrupt" in ended.error


async def test_a_repository_without_an_artifact_is_one_line(ask: Ask, hub: HubServer) -> None:
    hub.repositories[NAME].revisions[MAIN] = Commit({"pytorch_model.bin": b"x"})
    ended = await ask(NAME)
    assert ended.status == 1
    assert LAYOUT.manifest in ended.error


async def test_a_classifier_is_fetched_whole_and_used_as_it_is(
    ask: Ask, hub: HubServer, tmp_path: Path
) -> None:
    folder = written(roberta, tmp_path / "theirs")
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    hub.repositories["org/theirs"] = Repository({MAIN: Commit({**files, "notes.bin": b"large"})})
    ended = await ask("org/theirs")
    assert ended.status == 0, ended.err
    assert {p["emoji"] for p in json.loads(ended.out)["predictions"]} < set(EMOJIS)
    assert "notes.bin" not in hub.downloads()
    assert {"config.json", "model.safetensors"} <= set(hub.downloads())
