"""Properties of all charts."""

import subprocess
import sys

import pytest

from bot.charts import (
    DISCORD_DARK,
    DISCORD_LIGHT,
    NEUTRAL,
    Bar,
    Theme,
    acceptance_chart,
    acceptance_over_time,
    correction_matrix,
    preferences_chart,
    stack_charts,
)
from bot.charts.canvas import Canvas
from bot.charts.theme import contrast
from tests.charts.pixels import decode

THEMES = [DISCORD_DARK, DISCORD_LIGHT, NEUTRAL]


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_distinguishable(theme: Theme) -> None:
    assert contrast(theme.text, theme.background) > 7
    assert contrast(theme.muted, theme.background) > 4.5
    assert contrast(theme.accent, theme.background) > 3
    assert contrast(theme.accent, theme.track) > 3
    assert contrast(theme.opposite, theme.background) > 3


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_charts_without_data_look_the_same() -> None:
    empty = [
        draw([], NEUTRAL, "Kept", "this week")
        for draw in (acceptance_chart, preferences_chart, acceptance_over_time, correction_matrix)
    ]
    assert len(set(empty)) == 1
    image = decode(empty[0])
    bare = Canvas(NEUTRAL, image.height / 2).image
    assert (image.size, image.tobytes()) != (bare.size, bare.tobytes())
    assert empty[0] != acceptance_chart([], NEUTRAL, "Kept", "this month")


def test_charts_can_be_drawn_again_after_their_module_was_imported() -> None:
    script = (
        "from bot import charts; "
        "names = 'acceptance_chart', 'preferences_chart', 'acceptance_over_time'; "
        "names += ('correction_matrix',); "
        "[getattr(charts, name)([], charts.NEUTRAL, '') for name in names * 2]"
    )
    _run(script)


def test_the_same_rows_give_the_same_bytes() -> None:
    script = (
        "import hashlib; from bot.charts import *; "
        "print(hashlib.sha256(acceptance_chart([Bar('😂', .7, 3)], NEUTRAL, 'Ёж')).hexdigest())"
    )
    assert len({_run(script) for _ in range(2)}) == 1


def test_pillow_is_imported_with_the_first_chart() -> None:
    script = "import sys, bot.charts; print('PIL' in sys.modules)"
    assert _run(script) == "False"


def test_a_stack_contains_all_charts() -> None:
    one, two = (acceptance_chart([Bar("😂", share, 3)], NEUTRAL, "") for share in (0.2, 0.9))
    image = decode(stack_charts([one, two]))
    half = image.height // 2
    upper, lower = (image.crop((0, top, image.width, top + half)) for top in (0, half))
    assert upper.tobytes() == decode(one).tobytes()
    assert lower.tobytes() == decode(two).tobytes()


def test_an_empty_stack_is_an_error() -> None:
    with pytest.raises(ValueError, match="no charts"):
        stack_charts([])


def _run(script: str) -> str:
    command = [sys.executable, "-X", "utf8", "-c", script]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
