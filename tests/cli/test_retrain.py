"""``retrain`` from a database to a promotion, in one go, in two, and where it is refused."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch

from bot.core.events import FeedbackKind, MemberKey
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.dataset.pseudonymize import assign_split
from bot.dataset.refresh import refresh_export
from model.training.feedback import gate
from tests.cli.conftest import CommandLine
from tests.cli.rows import DATABASE
from tests.dataset.community import TERMS, exported, member, rows_in, say

URL = f"sqlite+aiosqlite:///{DATABASE}"
MESSAGES = 160


def authors_in(split: str, number: int) -> list[MemberKey]:
    """So many made-up members whose messages fall into a split."""
    return [author for author in map(member, range(400)) if assign_split(author) == split][:number]


AUTHORS = [*authors_in("train", 20), *authors_in("validation", 5), *authors_in("test", 15)]
torch.set_num_threads(1)


async def _fill(agreed: Sequence[MemberKey], kind: FeedbackKind) -> None:
    engine = await open_database(URL)
    store = SqlStore(engine)
    for author in agreed:
        await store.members.set_consent("console", author, TERMS)
    for number in range(MESSAGES):
        await say(store, number, AUTHORS[number % len(AUTHORS)], kind, chosen="🎉")
    await engine.dispose()


def fill(agreed: Sequence[MemberKey] = AUTHORS, kind: FeedbackKind = FeedbackKind.CORRECT) -> None:
    """Funny messages in the default database, whose readers celebrate them with 🎉."""
    asyncio.run(_fill(agreed, kind))


def five(cli: CommandLine, text: str = "so funny") -> list[str]:
    answer = json.loads(cli("predict", "--json", text).out)
    return [prediction["emoji"] for prediction in answer["predictions"]]


def retrain(cli: CommandLine, *more: str) -> tuple[int, str]:
    ended = cli("retrain", "--out", "run", "--threads", "1", *more)
    return ended.status, ended.out + ended.err


def test_what_a_community_says_is_served_afterwards(cli: CommandLine) -> None:
    fill()
    assert "🎉" not in five(cli)
    status, told = retrain(cli)
    assert status == 0, told
    assert "🎉" in five(cli)
    assert five(cli, "pizza")[0] == "🍕"
    report = json.loads(Path("run/report.json").read_text("utf-8"))
    assert report["passed"] is True
    assert {check["split"] for check in report["checks"]} == {"feedback", "names", "cost"}
    card = Path("run/artifact/README.md").read_text("utf-8")
    assert f"# {report['candidate']}" in card
    assert "## Learnt from feedback" in card
    assert "| feedback | agreement | 60 |" in card
    assert sorted(path.name for path in Path("run").iterdir()) == ["artifact", "report.json"]


def test_two_processes_retrain_as_one(environment: Mapping[str, str]) -> None:
    fill()
    launched = ("-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "bot")
    ended = subprocess.run(
        [sys.executable, *launched, "retrain", "--out", "run", "--threads", "1"],
        env={**environment, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("passed: it may take over") == 1
    assert ended.stdout.count(" is served from ") == 1
    assert sorted(path.name for path in Path("run").iterdir()) == ["artifact", "report.json"]


def test_without_promotion_the_old_one_stays(cli: CommandLine) -> None:
    fill()
    before = five(cli)
    assert retrain(cli, "--no-promote")[0] == 0
    assert five(cli) == before
    assert cli("model", "promote", "run/artifact").status == 0
    assert "🎉" in five(cli)


def test_nothing_better_is_refused(cli: CommandLine) -> None:
    fill(kind=FeedbackKind.AGREE)
    before = five(cli)
    status, told = retrain(cli)
    assert status == 1
    assert "refused: the old one stays" in told
    assert five(cli) == before
    assert not Path("run/dataset").exists()


def test_texts_without_consent_are_not_learnt_from(cli: CommandLine) -> None:
    fill(agreed=[])
    status, told = retrain(cli)
    assert status == 1
    assert "no text with feedback to learn from" in told


@pytest.mark.parametrize("step", ["_check_feedback", "_check_size"])
def test_a_run_that_was_stopped_goes_on(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    fill()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(gate, step, stop)
        assert retrain(cli)[0] == 130
    before = rows_in(Path("run/dataset"))
    assert retrain(cli)[0] == 0
    assert "🎉" in five(cli)
    assert before


def test_each_step_is_a_command(cli: CommandLine) -> None:
    fill()
    assert cli("feedback", "export", "--out", "data").status == 0
    finetuned = cli("model", "finetune", "--dataset", "data", "--out", "run", "--threads", "1")
    assert finetuned.status == 0, finetuned.err
    judged = cli("model", "gate", "run/artifact", "--dataset", "data", "--json")
    assert judged.status == 0
    assert json.loads(judged.out)["passed"] is True
    same = cli("model", "info", "--json")
    refused = cli("model", "gate", json.loads(same.out)["folder"], "--dataset", "data")
    assert refused.status == 1


def test_a_foreign_file_and_a_malformed_row_are_one_line(cli: CommandLine) -> None:
    fill()
    cli("feedback", "export", "--out", "data")
    train = Path("data/jsonl/train.jsonl")
    train.write_text(train.read_text("utf-8") + "{}\n", "utf-8")
    ended = cli("model", "finetune", "--dataset", "data", "--out", "run")
    assert ended.status == 1
    assert f"{train}: line " in ended.error
    Path("data/more.txt").touch()
    ended = cli("model", "finetune", "--dataset", "data", "--out", "run")
    assert "data contains more.txt" in ended.error


async def test_an_export_that_waits_is_replaced_once_somebody_takes_theirs_back(
    empty_folder: Path,
) -> None:
    await _fill(AUTHORS, FeedbackKind.AGREE)
    engine = await open_database(URL)
    dataset, fresh = Path("dataset"), Path("fresh")
    first = await exported(engine, dataset)
    await exported(engine, fresh)
    assert not refresh_export(dataset, fresh)
    assert rows_in(dataset) == first
    await SqlStore(engine).members.set_consent("console", AUTHORS[0], None)
    left = await exported(engine, fresh)
    assert refresh_export(dataset, fresh)
    assert rows_in(dataset) == left
    assert sum(row.text is None for row in left) == 4
    assert not fresh.exists()
    assert left[0].day == datetime.now(UTC).date()
    await engine.dispose()
