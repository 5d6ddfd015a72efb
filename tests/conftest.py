"""Fixtures shared by all tests."""

import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import hypothesis
import pytest

from bot.log.levels import set_levels
from tests.e2e.matrix_homeserver import IS_INSTALLED, running_homeserver
from tests.forked import ForkServer
from tests.synthetic import write_recipe
from tests.tiny import write_tiny_artifact

# The machine may run other tests meanwhile; each test has a time limit of its own.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

# Servers under test are on this machine, which a proxy of the environment may not reach.
for _name in ("http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.upper(), None)

VARIABLE_PREFIXES = ("DISCORD", "TELEGRAM", "MATRIX", "EMOJI_REACTOR")
"""Prefixes of the environment variables that the program reads."""

BOT_MODULES = (
    "bot.cli.run",
    "bot.cli.doctor",
    "bot.diagnostics",
    "bot.adapters.discord",
    "bot.adapters.telegram",
)
"""Modules whose imports most commands need."""


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Restore the environment variables after each test: a command may set a proxy, say."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def tiny_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small artifact (100 kB): mean-pooled vectors of a dozen words."""
    folder = tmp_path_factory.mktemp("artifact") / "tiny"
    write_tiny_artifact(folder)
    return folder


@pytest.fixture(scope="session")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recipe with one synthetic source of each kind."""
    return write_recipe(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """Return a server of processes that have imported the bot, warnings being errors."""
    audioop = "ignore:'audioop' is deprecated:DeprecationWarning"  # discord.py's, at import
    server = ForkServer(("-W", "error", "-W", audioop), BOT_MODULES)
    yield server
    server.close()


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a real homeserver of Matrix; skip where none is installed."""
    if not IS_INSTALLED:
        pytest.skip("matrix-synapse or matrix-nio is not installed")
    with running_homeserver(tmp_path_factory.mktemp("homeserver")) as url:
        yield url


@pytest.fixture
def own_log() -> Iterator[None]:
    """Restore the log configuration of the process after a test."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    showwarning = warnings.showwarning
    yield
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()  # ends the timer of held-back repeats
    root.handlers[:], logging.raiseExceptions = before[0], before[2]
    root.setLevel(before[1])
    warnings.showwarning = showwarning
    set_levels("notset", {})


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory; the environment has no variable of the program."""
    for name in list(os.environ):
        if name.startswith(VARIABLE_PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
