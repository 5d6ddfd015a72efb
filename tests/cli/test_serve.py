"""The command line of the API: what it refuses, and a process from start to signal."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import BOT, CommandLine
from tests.e2e.operations import free_address
from tests.web.page_process import eventually


def test_other_machines_are_not_let_in_without_a_token(cli: CommandLine) -> None:
    result = cli("serve", "--listen", "0.0.0.0:8765")
    assert result.status == 2
    assert "set EMOJI_REACTOR_API_TOKENS, or listen at 127.0.0.1" in result.error


@pytest.mark.parametrize("address", ["8765", "localhost:99999", "a b:1"])
def test_a_wrong_address_is_refused(cli: CommandLine, address: str) -> None:
    result = cli("serve", "--listen", address)
    assert result.status == 2
    assert result.error == "--listen: should be HOST:PORT, such as 127.0.0.1:8765"


def test_commands_that_need_an_artifact_say_so(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOJI_REACTOR__MODEL__SOURCE", "https://emoji.example.org")
    result = cli("predict", "so funny")
    assert result.status == 2
    assert "needs an artifact here" in result.error


@pytest.mark.slow
def test_a_process_serves_until_a_signal(environment: Mapping[str, str], tmp_path: Path) -> None:
    address, token = free_address(), "process-token-0123"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*BOT, "serve", "--listen", address],
            cwd=tmp_path,
            env={**environment, "EMOJI_REACTOR_API_TOKENS": f"bot:predict:{token}"},
            stderr=log,
        )
    try:
        with httpx.Client(base_url=f"http://{address}", trust_env=False) as http:
            eventually(lambda: process.poll() is not None or _is_alive(http))
            headers = {"Authorization": f"Bearer {token}"}
            answer = http.post("/v1/predict", json={"texts": ["so funny"]}, headers=headers)
            assert answer.json()["results"][0]["emojis"] == ["😂"]
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    told = (tmp_path / "log").read_text("utf-8")
    assert f"the API is at http://{address}" in told
    assert token not in told
    assert "so funny" not in told


def _is_alive(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
