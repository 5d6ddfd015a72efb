"""``push`` with the real client against a Hub on loopback."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
import yaml

from bot.core.events import FeedbackKind, MemberKey
from bot.database.engine import open_database
from bot.database.store import SqlStore
from model.artifact import LAYOUT
from tests.cli.conftest import ROOT, WARNINGS, Ended
from tests.cli.rows import DATABASE
from tests.dataset.community import TERMS, member, say
from tests.hub_server import MAIN, HubServer

NAME = "org/emoji"
TOKEN = "hf_" + "a" * 34
# The client's own LFS upload still calls its HTTP library in the old way.
_OLD_WAY = ("-W", "ignore:Use 'content=<:DeprecationWarning")
BOT = (sys.executable, *WARNINGS, *_OLD_WAY, "-m", "bot")

Push = Callable[..., Awaitable[Ended]]


@pytest.fixture
async def hub() -> AsyncIterator[HubServer]:
    server = HubServer()
    server.uploads.token = TOKEN
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def push(hub: HubServer, environment: Mapping[str, str], tmp_path: Path) -> Push:
    """Call the command line in a process of its own, with the token."""

    async def call(*arguments: str, **more: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *(*BOT, *arguments),
            env={
                **environment,
                "HF_ENDPOINT": hub.endpoint,
                "HF_HOME": str(tmp_path / "hub"),
                "HF_HUB_OFFLINE": "0",
                "HF_HUB_DISABLE_TELEMETRY": "1",
                "HF_HUB_DISABLE_XET": "1",  # the other protocol has a server of its own
                "HF_TOKEN": TOKEN,
                **more,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        ended = Ended(process.returncode, out.decode(), err.decode())
        assert TOKEN not in ended.out + ended.err
        return ended

    return call


@pytest.fixture
def carded(tmp_path: Path, tiny_artifact: Path) -> Path:
    """The tiny artifact with a card."""
    folder = tmp_path / "carded"
    folder.mkdir()
    for file in tiny_artifact.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / LAYOUT.card).write_text("---\nlicense: apache-2.0\n---\n# A card\n", "utf-8")
    return folder


async def converse(*agreed: MemberKey) -> None:
    """Two answered messages of two members."""
    engine = await open_database(f"sqlite+aiosqlite:///{DATABASE}")
    store = SqlStore(engine)
    for author in agreed:
        await store.members.set_consent("console", author, TERMS)
    for number in (0, 1):
        await say(store, number, member(number), FeedbackKind.AGREE)
    await engine.dispose()


def contents(hub: HubServer, key: str, revision: str = MAIN) -> Mapping[str, bytes]:
    return hub.repositories[key].revisions[revision].files


async def test_a_model_that_was_pushed_can_be_served(
    push: Push, hub: HubServer, carded: Path
) -> None:
    ended = await push("push", "model", "--repo", NAME, "--model", str(carded))
    assert ended.status == 0, ended.err
    names = {*LAYOUT.hashed_files, LAYOUT.manifest, LAYOUT.card}
    assert contents(hub, NAME) == {name: (carded / name).read_bytes() for name in names}
    assert hub.repositories[NAME].token == TOKEN  # private
    answer = await push("predict", "--json", "--model", NAME, "so funny")
    assert answer.status == 0, answer.err
    assert "😂" in answer.out


async def test_public_comes_last(push: Push, hub: HubServer, carded: Path) -> None:
    ended = await push("push", "model", "--repo", NAME, "--model", str(carded), "--public")
    assert ended.status == 0, ended.err
    assert hub.repositories[NAME].token is None
    assert hub.uploads.steps.index(f"settings {NAME}") > hub.uploads.steps.index(f"commit {NAME}")
    assert hub.uploads.steps[-1] == f"settings {NAME}"


async def test_a_branch_of_its_own(push: Push, hub: HubServer, carded: Path) -> None:
    for _ in range(2):
        ended = await push(
            *("push", "model", "--repo", NAME, "--model", str(carded), "--revision", "v2")
        )
        assert ended.status == 0, ended.err
    assert contents(hub, NAME) == {}
    assert LAYOUT.encoder in contents(hub, NAME, "v2")


async def test_a_model_needs_its_card(push: Push, hub: HubServer) -> None:
    ended = await push("push", "model", "--repo", NAME)
    assert ended.status == 1
    assert "README.md is missing: write the card with emoji-reactor model card" in ended.error
    assert hub.requests == []


async def test_a_dry_run_pushes_nothing(push: Push, hub: HubServer, carded: Path) -> None:
    await converse(member(0))
    for kind, more in (("dataset", ()), ("model", ("--model", str(carded), "--dry-run"))):
        ended = await push("push", kind, "--repo", NAME, *more)
        assert ended.status == 0, ended.err
        assert f"nothing was pushed to {NAME}; --no-dry-run pushes this" in ended.out
        assert "README.md" in ended.out
    assert hub.requests == []


async def test_a_dataset_is_what_is_given_at_the_moment_of_the_push(
    push: Push, hub: HubServer
) -> None:
    await converse(member(0), member(1))
    command = ("push", "dataset", "--repo", NAME, "--no-dry-run", "--format", "jsonl")
    ended = await push(*command)
    assert ended.status == 0, ended.err
    assert f"2 rows, 2 with text; terms agreed to: {TERMS}" in ended.out
    key = f"datasets/{NAME}"
    first = contents(hub, key)
    engine = await open_database(f"sqlite+aiosqlite:///{DATABASE}")
    await SqlStore(engine).members.erase("console", member(0))
    await engine.dispose()
    ended = await push(*command)
    assert ended.status == 0, ended.err
    second = contents(hub, key)
    said = b"".join(content for name, content in second.items() if name.endswith(".jsonl"))
    assert b"number 1" in said
    assert b"number 0" not in said
    assert any(b"number 0" in content for content in first.values())
    assert hub.repositories[key].history == [hub.repositories[key].revisions[MAIN]]
    head = yaml.safe_load(second["README.md"].decode().split("---\n")[1])
    assert {f["path"] for f in head["configs"][0]["data_files"]} <= set(second)


async def test_a_space_holds_the_demo_the_package_and_the_model(
    push: Push, hub: HubServer, carded: Path, tmp_path: Path
) -> None:
    command = ("push", "space", "--repo", NAME, "--model", str(carded), "--demo")
    ended = await push(*command, str(ROOT / "demo"))
    assert ended.status == 0, ended.err
    names = set(contents(hub, f"spaces/{NAME}"))
    assert {"app.py", "README.md", "requirements.txt", "page/build.py", "page/style.css"} <= names
    assert {"model/predictor.py", "model/emotag.csv"} <= names
    assert {f"model/default/{name}" for name in LAYOUT.hashed_files} <= names
    assert not any("training" in name or "__pycache__" in name for name in names)
    missing = await push(*command, str(tmp_path / "none"))
    assert missing.status == 1
    assert "holds no app.py; name the demo's folder with --demo" in missing.error


@pytest.mark.parametrize(
    ("step", "status", "mend"),
    [
        ("create", 401, "set HF_TOKEN to a token that may write there"),
        ("create", 403, "the token may not write there"),
        ("create", 429, "the Hub limits the rate of requests"),
        ("commit", 403, "the token may not write there"),
        ("commit", 409, "somebody else pushed in the meantime"),
        ("commit", 429, "the Hub limits the rate of requests"),
    ],
)
async def test_a_refused_push_leaves_what_was_there_and_can_be_repeated(
    push: Push, hub: HubServer, carded: Path, step: str, status: int, mend: str
) -> None:
    hub.uploads.refuse[step] = status
    command = ("push", "model", "--repo", NAME, "--model", str(carded), "--public")
    ended = await push(*command)
    assert ended.status == 1
    assert re.search(rf"{NAME}: the Hub answered {status}: {mend}", ended.error)
    if NAME in hub.repositories:
        assert contents(hub, NAME) == {}
        assert hub.repositories[NAME].token == TOKEN
    again = await push(*command)
    assert again.status == 0, again.err
    assert LAYOUT.encoder in contents(hub, NAME)


@pytest.mark.parametrize("step", ["create", "commit"])
async def test_a_connection_that_breaks_leaves_nothing_half(
    push: Push, hub: HubServer, carded: Path, step: str
) -> None:
    hub.uploads.reset.add(step)
    command = ("push", "model", "--repo", NAME, "--model", str(carded))
    ended = await push(*command)
    assert ended.status == 1
    assert re.search(rf"{NAME}: the Hub cannot be reached \(\w+\); push again", ended.error)
    assert NAME not in hub.repositories or contents(hub, NAME) == {}
    again = await push(*command)
    assert again.status == 0, again.err
    assert LAYOUT.encoder in contents(hub, NAME)


async def test_an_upload_that_breaks_is_taken_up_again(
    push: Push, hub: HubServer, carded: Path
) -> None:
    hub.uploads.reset.add("upload")
    ended = await push("push", "model", "--repo", NAME, "--model", str(carded))
    assert ended.status == 0, ended.err
    assert LAYOUT.encoder in contents(hub, NAME)


async def test_a_wrong_name_and_a_missing_token_are_one_line(
    push: Push, hub: HubServer, carded: Path
) -> None:
    wrong = await push("push", "model", "--repo", "a/b/c", "--model", str(carded))
    assert wrong.status == 1
    assert "a/b/c: should be ORG/NAME" in wrong.error
    nobody = await push("push", "model", "--repo", NAME, "--model", str(carded), HF_TOKEN="")
    assert nobody.status == 1
    assert "401: set HF_TOKEN" in nobody.error
    assert hub.repositories == {}
