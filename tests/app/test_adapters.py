"""Adapters that end are started again while others run."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.app import adapters
from bot.app.adapters import AdaptersEnded, plan_start, run_adapters
from bot.config.credentials import Credentials
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError


class Failing:
    """An adapter that fails so often, and then runs."""

    name = "failing"

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.started = 0
        self.runs = asyncio.Event()

    async def run(self) -> None:
        self.started += 1
        if self.started <= self.failures:
            raise EmojiReactorError("the token was refused")
        self.runs.set()
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "FIRST_RESTART_SECONDS", 0.0)


async def test_an_adapter_that_fails_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    stop, sound, failing = asyncio.Event(), Failing(0), Failing(3)
    ended: list[str] = []
    running = asyncio.create_task(
        run_adapters([("sound", lambda: sound), ("failing", lambda: failing)], stop, ended.append)
    )
    await failing.runs.wait()
    stop.set()
    await running
    assert ended.count("failing") == 4
    assert (sound.started, failing.started) == (1, 4)
    assert caplog.text.count("failing is started again") == 3


async def test_the_process_ends_if_nothing_else_runs() -> None:
    builders = [(str(number), lambda: Failing(1000)) for number in range(2)]
    with pytest.raises(AdaptersEnded):
        await run_adapters(builders, asyncio.Event(), lambda _: None)


def test_a_platform_without_its_required_setting_is_not_started() -> None:
    credentials = Credentials({"matrix": SecretStr("token")})
    plan = plan_start(Settings(), credentials)
    assert plan.tokens == []
    assert "matrix.homeserver is not set" in plan.missing
    settings = Settings.model_validate({"matrix": {"homeserver": "https://example.org"}})
    assert [platform.name for platform, _ in plan_start(settings, credentials).tokens] == ["matrix"]
