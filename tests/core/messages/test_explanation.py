"""The explanation of an outcome."""

from bot.core.events import Outcome, RecordedOutcome, SkipReason
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.explanation import explain_message
from model import Prediction
from tests.core.fakes import MOMENT, ref


def test_a_shown_emoji_with_scores_and_key() -> None:
    outcome = Outcome(
        ref(),
        [Prediction("🔥", 0.5)],
        ("🔥",),
        artifact_version="tiny-1",
        confidence_threshold=0.25,
    )
    text = explain_message(RecordedOutcome(outcome, MOMENT), "abc", "en", lambda e: f"<{e}>")
    assert text.splitlines() == [
        "I showed <🔥>.",
        "My five, with how sure I was:",
        "<🔥>  50.0%",
        "I speak from 25.0% on.",
        "Model tiny-1, 2026-01-02 03:04 UTC.",
        "In the log: abc",
    ]


def test_a_skip_reason_and_no_record() -> None:
    silent = RecordedOutcome(Outcome(ref(), skip_reason=SkipReason.COOLDOWN), MOMENT)
    assert explain_message(silent, "abc", "en").startswith("I showed nothing: ")
    assert explain_message(None, "abc", "en").endswith("\nIn the log: abc")


def test_the_key_of_a_message_tells_nothing_without_the_secret() -> None:
    key = Pseudonyms(b"a" * 32).message_key(ref("7"))
    assert len(key) == 12
    assert key == Pseudonyms(b"a" * 32).message_key(ref("7"))
    assert key != Pseudonyms(b"b" * 32).message_key(ref("7"))
    assert key != Pseudonyms(b"a" * 32).message_key(ref("8"))
