"""``emoji-reactor preferences`` on a database."""

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

COMMUNITY = ("discord", "7")


async def store_counts() -> None:
    engine = await open_database("sqlite+aiosqlite:///emoji-reactor.db")
    counts = {"😂": Counts(shown=4000, expected_kept=1600, removed=3900)}
    ref = MessageRef(*COMMUNITY, "", "")
    await SqlStore(engine).preferences.replace_counts(ref, counts, MOMENT)
    await engine.dispose()


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["preferences", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.usefixtures("empty_folder", "own_log")
def test_preferences_are_shown_exported_reset_and_imported() -> None:
    asyncio.run(store_counts())
    shown = call("show", *COMMUNITY)
    assert "😂 -" in shown
    exported = call("export", *COMMUNITY)
    assert json.loads(exported)["emojis"]["😂"]["shown"] > 1
    call("reset", *COMMUNITY)
    assert "😂" not in call("show", *COMMUNITY)
    Path("preferences.json").write_text(exported, encoding="utf-8")
    call("import", *COMMUNITY, "preferences.json")
    assert call("show", *COMMUNITY) == shown
    Path("preferences.json").write_text("{", encoding="utf-8")
    with pytest.raises(PreferenceFileError, match="not JSON"):
        call("import", *COMMUNITY, "preferences.json")
