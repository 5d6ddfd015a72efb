"""When the bot may react, and with what."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import SkipReason
from bot.core.policy import SAFE_LIST, ChatSettings, Mode, Pace, allowed, choose, eligible
from model import Prediction
from tests.core.fakes import message

TOP = [Prediction("💩", 0.5), Prediction("😂", 0.3), Prediction("🔥", 0.15), Prediction("❤", 0.05)]


@pytest.mark.parametrize(
    ("changes", "pace", "roll", "reason"),
    [
        ({}, Pace(), 0.999, None),
        ({"enabled": False}, Pace(), 0.0, SkipReason.CHAT_OFF),
        ({"mode": Mode.QUIET}, Pace(), 0.0, SkipReason.CHAT_OFF),
        ({"chance": 0.5}, Pace(), 0.49, None),
        ({"chance": 0.5}, Pace(), 0.5, SkipReason.SAMPLED_OUT),
        ({"chance": 0.0}, Pace(), 0.0, SkipReason.SAMPLED_OUT),
        ({"cooldown": 10.0}, Pace(9.9, 1), 0.0, SkipReason.COOLDOWN),
        ({"cooldown": 10.0}, Pace(10.0, 1), 0.0, None),
        ({"per_minute": 3}, Pace(1.0, 2), 0.0, None),
        ({"per_minute": 3}, Pace(1.0, 3), 0.0, SkipReason.RATE_CAP),
        ({"per_minute": None}, Pace(1.0, 10_000), 0.0, None),
    ],
)
def test_eligible(
    changes: dict[str, Any], pace: Pace, roll: float, reason: SkipReason | None
) -> None:
    settings = replace(ChatSettings(), **changes)
    assert eligible(message(), settings, pace, opted_out=False, roll=roll) is reason


def test_an_opted_out_author_is_never_looked_at() -> None:
    told = eligible(message(addressed=True), ChatSettings(), Pace(), opted_out=True, roll=0.0)
    assert told is SkipReason.OPTED_OUT


def test_an_addressed_message_passes_chance_cooldown_and_quiet_but_not_the_cap() -> None:
    calm = ChatSettings(chance=0.0, cooldown=60.0, mode=Mode.QUIET, per_minute=2)
    asked = message(addressed=True)
    assert eligible(asked, calm, Pace(0.1, 1), opted_out=False, roll=0.9) is None
    capped = eligible(asked, calm, Pace(0.1, 2), opted_out=False, roll=0.9)
    assert capped is SkipReason.RATE_CAP


def test_choose_takes_the_best_that_is_not_forbidden() -> None:
    assert choose(TOP, ChatSettings(), 0.2) == ("😂",)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reactions_per_message": 5}, ("😂",)),
        ({"reactions_per_message": 5, "threshold": 0.1}, ("😂", "🔥")),
        ({"reactions_per_message": 5, "threshold": 0.0}, ("😂", "🔥", "❤")),
        ({"emoji_deny": frozenset()}, ("💩",)),
        ({"emoji_allow": frozenset({"❤️"}), "threshold": 0.01}, ("❤",)),
        ({"emoji_allow": frozenset({"🎃"})}, SkipReason.NOTHING_ALLOWED),
        ({"threshold": 0.9}, SkipReason.BELOW_THRESHOLD),
    ],
)
def test_choose(changes: dict[str, Any], expected: object) -> None:
    assert choose(TOP, replace(ChatSettings(), **changes), 0.2) == expected


def test_nothing_predicted_is_nothing_to_say() -> None:
    assert choose([], ChatSettings(), 0.0) is SkipReason.NOTHING_TO_SAY


@given(
    st.lists(st.builds(Prediction, st.sampled_from(sorted(SAFE_LIST)), st.floats(0, 1))),
    st.floats(0, 1),
)
def test_the_safe_list_is_never_shown(predictions: list[Prediction], threshold: float) -> None:
    assert isinstance(choose(predictions, ChatSettings(), threshold), SkipReason)


@pytest.mark.parametrize(
    ("candidates", "allow", "expected"),
    [
        (None, None, None),
        ({"😂", "💩"}, None, {"😂"}),
        (None, {"😂", "💩"}, {"😂"}),
        ({"😂", "🔥"}, {"😂", "❤"}, {"😂"}),
        (set(), {"😂"}, set()),
        ({"😂"}, set(), set()),
    ],
)
def test_allowed(
    candidates: set[str] | None, allow: set[str] | None, expected: set[str] | None
) -> None:
    settings = ChatSettings(emoji_allow=None if allow is None else frozenset(allow))
    assert allowed(None if candidates is None else frozenset(candidates), settings) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"chance": 1.1},
        {"chance": float("nan")},
        {"threshold": -0.1},
        {"cooldown": float("inf")},
        {"cooldown": -1.0},
        {"per_minute": 0},
        {"reactions_per_message": 0},
        {"reactions_per_message": 6},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"chance|cooldown|per_minute|reactions"):
        ChatSettings(**wrong)
