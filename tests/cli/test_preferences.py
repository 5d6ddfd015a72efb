"""``emoji-reactor taste`` on a database of its own."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.core.events import MessageRef
from bot.core.preferences.counts import Counts
from bot.core.preferences.transfer import PreferenceFileError
from bot.database.engine import open_database
from bot.database.store import SqlStore
from tests.core.fakes import MOMENT

HERE = ("discord", "7")


async def fill() -> None:
    engine = await open_database("sqlite+aiosqlite:///emoji-reactor.db")
    counts = {"😂": Counts(shown=4000, expected_kept=1600, removed=3900)}
    await SqlStore(engine).preferences.replace_counts(MessageRef(*HERE, "", ""), counts, MOMENT)
    await engine.dispose()


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["taste", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.usefixtures("empty_folder", "own_log")
def test_a_taste_is_shown_exported_reset_and_imported() -> None:
    asyncio.run(fill())
    shown = call("show", *HERE)
    assert "😂 -" in shown
    exported = call("export", *HERE)
    assert json.loads(exported)["emojis"]["😂"]["shown"] > 1
    call("reset", *HERE)
    assert "😂" not in call("show", *HERE)
    Path("taste.json").write_text(exported, encoding="utf-8")
    call("import", *HERE, "taste.json")
    assert call("show", *HERE) == shown
    Path("taste.json").write_text("{", encoding="utf-8")
    with pytest.raises(PreferenceFileError, match="not JSON"):
        call("import", *HERE, "taste.json")
