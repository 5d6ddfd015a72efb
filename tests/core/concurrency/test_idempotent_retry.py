"""Repetition of idempotent calls."""

import asyncio

import pytest

from bot.core.concurrency.idempotent_retry import retry_idempotent


async def test_temporary_errors_are_repeated_and_others_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delays: list[float] = []

    async def sleep(seconds: float) -> None:
        delays.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    errors: list[Exception] = [OSError(), OSError(), OSError()]

    async def call() -> None:
        if errors:
            raise errors.pop(0)

    await retry_idempotent(call, lambda error: isinstance(error, OSError))
    assert delays == [0.25, 0.5, 1.0]
    errors = [OSError(), ValueError(), OSError()]
    with pytest.raises(ValueError, match=r"^$"):
        await retry_idempotent(call, lambda error: isinstance(error, OSError))
    assert len(errors) == 1
