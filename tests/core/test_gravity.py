"""No laughter where the model hears grief."""

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import SkipReason
from bot.core.gravity import fitting, grave
from bot.core.messages.policy import choose_emojis
from model import Prediction

MERRY = [Prediction("😂", 0.4), Prediction("🤣", 0.3), Prediction("🔥", 0.1), Prediction("🎉", 0.1)]
SAD = [Prediction("😂", 0.5), Prediction("😢", 0.2), Prediction("💔", 0.2)]


def test_sad_five_are_grave_and_merry_ones_not() -> None:
    assert grave(SAD)
    assert not grave(MERRY)
    assert not grave([])


def test_a_taste_cannot_hide_that_a_text_is_grave() -> None:
    assert grave([Prediction("😂", 0.98, 0.1), Prediction("😢", 0.01, 0.5)])


def test_only_laughter_and_only_on_grave_texts_does_not_fit() -> None:
    assert fitting(MERRY) == tuple(MERRY)
    assert fitting(SAD) == tuple(SAD[1:])


@pytest.mark.parametrize(
    ("least", "shown"),
    [
        (0.1, ("😢",)),
        (0.3, SkipReason.GRAVITY),  # silence is better
        (0.6, SkipReason.BELOW_THRESHOLD),
    ],
)
def test_a_grave_message_gets_no_laughter(least: float, shown: object) -> None:
    assert choose_emojis(SAD, ChatSettings(), least) == shown


def test_who_picks_for_themselves_may_pick_any() -> None:
    assert choose_emojis(SAD, ChatSettings(), 0.3, as_buttons=True) == ("😂", "😢", "💔")
