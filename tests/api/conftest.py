"""One server for all tests of a process."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.server import RunningApi, api_settings, running_api


@pytest.fixture(scope="session")
def api(tiny_artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    """The API with tokens and tools, in front of the tiny artifact and an empty database."""
    settings = api_settings(
        tmp_path_factory.mktemp("api"), str(tiny_artifact), max_body_bytes=100_000
    )
    with running_api(settings, mcp=True) as running:
        yield running


@pytest.fixture
def http(api: RunningApi) -> Iterator[httpx.Client]:
    """Return a client with all scopes."""
    with api.client() as client:
        yield client
