"""The other commands, the help, and how every mistake ends."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.rows import DATABASE, query

LEAVES = [
    "predict",
    "chat",
    "init",
    "run",
    "doctor",
    "db upgrade",
    "db current",
    "feedback stats",
    "feedback export",
    "feedback purge",
    "model info",
    "model train",
    "model evaluate",
    "model pretrain",
    "model promote",
    "model card",
    "model convert",
    "model finetune",
    "model gate",
    "retrain",
    "push model",
    "push dataset",
    "push space",
]


@pytest.mark.parametrize("command", ["", *LEAVES])
def test_help_has_an_example(cli: CommandLine, command: str) -> None:
    ended = cli(*command.split(), "--help")
    assert ended.status == 0
    told = " ".join(ended.out.split())
    assert re.search(rf"Example: .*emoji-reactor {command}", told)


def test_help_lists_every_command_and_the_exit_statuses(cli: CommandLine) -> None:
    told = cli("--help").out
    assert all(f"│ {command.split()[0]} " in told for command in LEAVES)
    for status in ("0 done", "1 failed", "2 wrong command line", "3 nothing to run", "130"):
        assert status in " ".join(told.split())


@pytest.mark.parametrize("command", [(), ("db",), ("feedback",), ("model",)])
def test_a_group_alone_shows_its_help(cli: CommandLine, command: tuple[str, ...]) -> None:
    ended = cli(*command)
    assert (ended.status, ended.err) == (2, "")
    assert "Usage: " in ended.out


def test_version(cli: CommandLine) -> None:
    assert cli("--version").out == f"{version('emoji-reactor')}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("reactt", "No such command 'reactt'"),
        ("db downgrade", "No such command 'downgrade'"),
        ("predict --josn x", "No such option: --josn"),
        ("predict --top-k 0 x", "Invalid value for '--top-k'"),
        ("predict --top-k five x", "Invalid value for '--top-k'"),
        ("predict --top-k", "Option '--top-k' requires an argument"),
        ("chat hello", "Got unexpected extra argument"),
        ("run --config none.toml", "none.toml: cannot be read"),
        ("db current --config none.toml", "none.toml: cannot be read"),
        ("feedback stats --config none.toml", "none.toml: cannot be read"),
    ],
)
def test_a_wrong_command_line_is_one_line(cli: CommandLine, arguments: str, complaint: str) -> None:
    ended = cli(*arguments.split())
    assert (ended.status, ended.out) == (2, "")
    assert ended.error.startswith(complaint)


def test_a_wrong_option_says_where_the_help_is(cli: CommandLine) -> None:
    assert cli("model", "info", "--josn").error.endswith("; see emoji-reactor model info --help")


def test_run_without_a_token_says_what_is_missing(cli: CommandLine) -> None:
    ended = cli("run")
    assert (ended.status, ended.out) == (3, "")
    assert ended.error.startswith(
        "nothing to run: DISCORD_TOKEN is not set; TELEGRAM_TOKEN is not set."
    )
    assert not Path(DATABASE).exists()


def test_run_names_platforms_that_are_switched_off(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "abc")
    Path("config.toml").write_text("[discord]\nenabled = false\n")
    ended = cli("run")
    assert ended.status == 3
    assert "discord.enabled is false; TELEGRAM_TOKEN is not set" in ended.error


def test_a_wrong_token_is_refused_unquoted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "two words")
    ended = cli("run")
    assert ended.status == 2
    assert ended.error == "DISCORD_TOKEN: holds characters that no token has"


def test_db_current_alters_nothing_and_upgrade_makes_it_current(cli: CommandLine) -> None:
    before = cli("db", "current")
    head = before.out.split()[-1]
    assert before.out == f"{DATABASE}: revision none, newest {head}\n"
    assert not Path(DATABASE).exists()
    assert cli("db", "upgrade").out == f"{DATABASE}: revision {head}\n"
    assert cli("db", "upgrade").out == f"{DATABASE}: revision {head}\n"
    assert cli("db", "current").out == f"{DATABASE}: revision {head}, newest {head}\n"
    assert query("select version_num from alembic_version") == [(head,)]


@pytest.mark.parametrize("command", ["db upgrade", "feedback stats", "chat"])
def test_a_database_that_cannot_be_made_is_one_line(cli: CommandLine, command: str) -> None:
    Path("config.toml").write_text('[database]\nurl = "sqlite+aiosqlite:///no/such/bot.db"\n')
    ended = cli(*command.split())
    assert (ended.status, ended.out) == (1, "")
    assert ended.error == "no/such/bot.db: unable to open database file"


def test_a_database_server_that_cannot_be_asked_is_one_line_without_the_password(
    cli: CommandLine,
) -> None:
    url = "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/emoji"
    Path("config.toml").write_text(f'[database]\nurl = "{url}"\n')
    ended = cli("db", "upgrade")
    assert ended.status == 1
    # Down, or its driver not installed.
    assert (
        "127.0.0.1:1/emoji" in ended.error or "pip install 'emoji-reactor[postgres]'" in ended.error
    )
    assert "hunter2" not in ended.error


def test_feedback_stats_count_what_was_said(cli: CommandLine) -> None:
    cli("chat", stdin="so funny\n+\nvery sad\n❤\nhaha\n-\n🙏🙏\n".encode())
    counted = json.loads(cli("feedback", "stats", "--json").out)
    assert counted.pop("by_emoji") == {
        "🤣": {"shown": 1, "agreed": 0, "removed": 0, "disliked": 1, "corrected": 0},
        "😂": {"shown": 1, "agreed": 1, "removed": 0, "disliked": 0, "corrected": 0},
        "😢": {"shown": 1, "agreed": 0, "removed": 0, "disliked": 0, "corrected": 0},
        "❤": {"shown": 0, "agreed": 0, "removed": 0, "disliked": 0, "corrected": 1},
    }
    assert counted == {
        "predictions": 4,
        "answered": 3,
        "shown": 3,
        "agreed": 1,
        "removed": 0,
        "disliked": 1,
        "corrected": 1,
    }
    table = cli("feedback", "stats").out
    assert "4 predictions, 3 of them answered" in table
    assert re.search(r"❤ +│ +0 │ +0 │ +0 │ +0 │ +1", table)


def test_model_info_names_version_and_folder(cli: CommandLine, tiny_artifact: Path) -> None:
    facts = json.loads(cli("model", "info", "--json", "--model", str(tiny_artifact)).out)
    assert facts["version"].startswith("tiny-")
    assert facts["folder"] == str(tiny_artifact)
    assert facts["threshold"] == 0.2
    assert "sha256" not in facts
    told = cli("model", "info").out
    assert re.search(r"version +tiny-[0-9a-f]{8}", told)
    assert cli("model", "info", "--model", "nowhere").status == 1


@pytest.mark.parametrize(
    ("average", "told"),
    [
        ("best.pt", "write FILE=SHARE"),
        ("nowhere.pt=0.5", "no such file"),
        ("{here}=1.5", "above 0, and 1 together at most"),
        ("{here}=0", "above 0, and 1 together at most"),
    ],
)
def test_a_wrong_average_is_told_before_anything_is_trained(
    cli: CommandLine, tmp_path: Path, average: str, told: str
) -> None:
    here = tmp_path / "best.pt"
    here.touch()
    asked = cli("model", "train", "--average", average.format(here=here))
    assert asked.status == 2
    assert told in " ".join(asked.err.replace("│", " ").split())
