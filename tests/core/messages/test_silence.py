"""The lines that say why nothing was shown: key and reason, and nothing below debug level."""

import logging
from collections.abc import Iterator

import pytest

from bot.core.events import FeedbackResult, MessageRef, SkipReason
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages import silence
from bot.log.levels import set_levels

PSEUDONYMS = Pseudonyms(b"a secret of the tests")
REF = MessageRef("discord", "100", "200", "300")
KEY = PSEUDONYMS.message_key(REF)


@pytest.fixture(autouse=True)
def default_levels() -> Iterator[None]:
    yield
    set_levels("notset", {})


@pytest.mark.parametrize("area", ["discord", "messages"])
def test_a_silence_is_one_line_with_key_and_reason(
    area: str, caplog: pytest.LogCaptureFixture
) -> None:
    set_levels("info", {area: "debug"})
    silence.log_silence(PSEUDONYMS, REF, SkipReason.COOLDOWN)
    silence.log_dropped_feedback(PSEUDONYMS, REF, FeedbackResult.OPTED_OUT)
    silence.log_dropped_feedback(PSEUDONYMS, REF, FeedbackResult.RECORDED)
    assert caplog.messages == [
        f"no reaction on discord message {KEY}: cooldown",
        f"no feedback recorded on discord message {KEY}: opted_out",
    ]


@pytest.mark.parametrize("levels", [{}, {"telegram": "debug"}, {"discord": "info"}])
def test_nothing_is_computed_for_a_line_that_is_not_written(
    levels: dict[str, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_levels("info", levels | {"messages": "debug"} if "discord" in levels else levels)
    monkeypatch.delattr(Pseudonyms, "message_key")
    silence.log_silence(PSEUDONYMS, REF, SkipReason.COOLDOWN)
    silence.log_dropped_feedback(PSEUDONYMS, REF, FeedbackResult.OPTED_OUT)
    assert logging.getLogger("bot").level == logging.INFO
    assert not caplog.messages
