"""Uploads that the Hub refuses or interrupts."""

import re
from pathlib import Path

import pytest

from model.artifact import LAYOUT
from tests.cli.push.conftest import NAME, TOKEN, Push
from tests.cli.push.stored import hub_files, record_messages
from tests.dataset.community import member
from tests.hub_server import HubServer


async def test_a_dry_run_pushes_nothing(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    await record_messages(member(0))
    for kind, more in (
        ("dataset", ()),
        ("model", ("--model", str(artifact_with_card), "--dry-run")),
    ):
        result = await push("push", kind, "--repo", NAME, *more)
        assert result.status == 0, result.err
        assert f"nothing was pushed to {NAME}; --no-dry-run pushes this" in result.out
        assert "README.md" in result.out
    assert hub.requests == []


@pytest.mark.parametrize(
    ("step", "status", "remedy"),
    [
        ("create", 401, "set HF_TOKEN to a token that may write there"),
        ("create", 403, "the token may not write there"),
        ("create", 429, "the Hub limits the rate of requests"),
        ("commit", 403, "the token may not write there"),
        ("commit", 409, "somebody else pushed in the meantime"),
        ("commit", 429, "the Hub limits the rate of requests"),
    ],
)
async def test_a_refused_push_changes_nothing_and_can_be_repeated(
    push: Push, hub: HubServer, artifact_with_card: Path, step: str, status: int, remedy: str
) -> None:
    hub.uploads.refuse[step] = status
    command = ("push", "model", "--repo", NAME, "--model", str(artifact_with_card), "--public")
    result = await push(*command)
    assert result.status == 1
    assert re.search(rf"{NAME}: the Hub answered {status}: {remedy}", result.error)
    if NAME in hub.repositories:
        assert hub_files(hub, NAME) == {}
        assert hub.repositories[NAME].token == TOKEN
    again = await push(*command)
    assert again.status == 0, again.err
    assert LAYOUT.encoder in hub_files(hub, NAME)


@pytest.mark.parametrize("step", ["create", "commit"])
async def test_an_interrupted_push_changes_nothing_and_can_be_repeated(
    push: Push, hub: HubServer, artifact_with_card: Path, step: str
) -> None:
    hub.uploads.reset.add(step)
    command = ("push", "model", "--repo", NAME, "--model", str(artifact_with_card))
    result = await push(*command)
    assert result.status == 1
    assert re.search(rf"{NAME}: the Hub cannot be reached \(\w+\); push again", result.error)
    assert NAME not in hub.repositories or hub_files(hub, NAME) == {}
    again = await push(*command)
    assert again.status == 0, again.err
    assert LAYOUT.encoder in hub_files(hub, NAME)


async def test_an_interrupted_upload_is_resumed(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    hub.uploads.reset.add("upload")
    result = await push("push", "model", "--repo", NAME, "--model", str(artifact_with_card))
    assert result.status == 0, result.err
    assert LAYOUT.encoder in hub_files(hub, NAME)


async def test_invalid_names_and_missing_tokens_are_one_line_errors(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    for name in ("a/b/c", "name", "a/b c"):
        wrong = await push("push", "model", "--repo", name, "--dry-run")
        assert wrong.status == 2
        assert f"Invalid value for '--repo': {name} should be ORG/NAME" in wrong.error
    without_token = await push(
        "push", "model", "--repo", NAME, "--model", str(artifact_with_card), HF_TOKEN=""
    )
    assert without_token.status == 1
    assert "401: set HF_TOKEN" in without_token.error
    assert hub.repositories == {}
