"""``emoji-reactor preferences`` on a database."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.core.events import MessageRef
from bot.core.export_files import ExportFileError
from bot.core.preferences.counts import Counts
from bot.core.preferences.transfer import FORMAT
from bot.database.engine import open_database
from bot.database.store import SqlStore
from tests.cli.conftest import CommandLine
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
    with pytest.raises(ExportFileError, match="not JSON"):
        call("import", *COMMUNITY, "preferences.json")


def test_groups_of_telegram_have_negative_ids(cli: CommandLine) -> None:
    shown = cli("preferences", "show", "telegram", "-1001234567890")
    assert (shown.status, shown.out) == (0, "nothing was shown there yet\n")
    mistyped = cli("preferences", "show", "telegram", "-1001234567890", "--confg", "x")
    assert mistyped.status == 2


def test_only_the_beginning_of_a_large_file_is_read(cli: CommandLine) -> None:
    with Path("large").open("wb") as file:
        file.truncate(2**40)  # sparse
    ended = cli("preferences", "import", "discord", "1", "large")
    assert (ended.status, ended.error) == (1, "large: it is larger than 1024 KiB")


def test_a_name_with_control_characters_is_refused_without_a_quote(cli: CommandLine) -> None:
    document = {"format": FORMAT, "emojis": {":a\x1b[31m:": {"shown": "x"}}}
    Path("forged").write_text(json.dumps(document))
    ended = cli("preferences", "import", "discord", "1", "forged")
    assert (ended.status, ended.error) == (1, 'forged: "emojis" holds a key that is no emoji')
