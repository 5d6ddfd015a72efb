"""``feedback stats --plot``: on a database."""

import asyncio
import io
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from bot.charts import NEUTRAL
from bot.cli.feedback.chart import ChartError, draw_chart, write_chart
from bot.database.engine import open_database
from bot.database.trends import FeedbackTrends, KeptShare

ROOT = Path(__file__).parents[3]
EMPTY_TRENDS = FeedbackTrends({}, {}, {}, Counter())
TRENDS = FeedbackTrends(
    by_emoji={"😂": KeptShare(9, 8), ":pog:": KeptShare(2, 1)},
    by_community={("discord", "1"): KeptShare(11, 9)},
    by_day={date(2026, 3, 2): KeptShare(5, 4), date(2026, 3, 4): KeptShare(6, 5)},
    corrections=Counter({("😂", "😭"): 2}),
)


def test_trends_are_drawn() -> None:
    accent = tuple(bytes.fromhex(NEUTRAL.accent.removeprefix("#")))
    full, empty = (Image.open(io.BytesIO(draw_chart(trends))) for trends in (TRENDS, EMPTY_TRENDS))
    assert full.height > empty.height
    colours = [{colour for _, colour in image.getcolors(1 << 20) or []} for image in (full, empty)]
    assert accent in colours[0]
    assert accent not in colours[1]


def test_long_ids_are_shortened_at_their_beginning() -> None:
    ids = ("123456789012345678", "123456789012345679")
    one, two = (replace(TRENDS, by_community={("discord", i): KeptShare(1, 1)}) for i in ids)
    assert draw_chart(one) != draw_chart(two)


def test_an_unwritable_file_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match=r"cannot write the chart .*missing.*: No such file"):
        write_chart(EMPTY_TRENDS, tmp_path / "missing" / "x.png")


def test_the_command_writes_a_png(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    asyncio.run(_create(url))
    result = subprocess.run(
        [sys.executable, "-m", "bot", "feedback", "stats", "--json", "--plot", "stats.png"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "EMOJI_REACTOR__DATABASE__URL": url},
        capture_output=True,
        check=True,
        text=True,
    )
    assert '"predictions": 0' in result.stdout
    with Image.open(tmp_path / "stats.png") as picture:
        assert picture.format == "PNG"


async def _create(url: str) -> None:
    await (await open_database(url)).dispose()
