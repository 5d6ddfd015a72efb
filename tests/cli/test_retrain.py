"""``emoji-reactor retrain``: from stored feedback to a promotion, resumed, and refused."""

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
from tests.cli.stored_rows import DATABASE
from tests.dataset.community import TERMS, exported, member, rows_in, say

URL = f"sqlite+aiosqlite:///{DATABASE}"
MESSAGES = 160


def authors_in(split: str, number: int) -> list[MemberKey]:
    """Return members whose messages belong to a split."""
    return [author for author in map(member, range(400)) if assign_split(author) == split][:number]


AUTHORS = [*authors_in("train", 20), *authors_in("validation", 5), *authors_in("test", 15)]
torch.set_num_threads(1)


async def record_feedback(consenting: Sequence[MemberKey], kind: FeedbackKind) -> None:
    """Record feedback on funny messages in the default database."""
    engine = await open_database(URL)
    store = SqlStore(engine)
    for author in consenting:
        await store.members.set_consent("console", author, TERMS)
    for number in range(MESSAGES):
        await say(store, number, AUTHORS[number % len(AUTHORS)], kind, chosen="🎉")
    await engine.dispose()


def record_corrections(
    consenting: Sequence[MemberKey] = AUTHORS, kind: FeedbackKind = FeedbackKind.CORRECT
) -> None:
    """Record feedback on funny messages in the default database; corrections are to 🎉."""
    asyncio.run(record_feedback(consenting, kind))


def top_five(cli: CommandLine, text: str = "so funny") -> list[str]:
    answer = json.loads(cli("predict", "--json", text).out)
    return [prediction["emoji"] for prediction in answer["predictions"]]


def retrain(cli: CommandLine, *more: str) -> tuple[int, str]:
    result = cli("retrain", "--out", "run", "--threads", "1", *more)
    return result.status, result.out + result.err


def test_corrections_of_a_community_are_learnt_and_served(cli: CommandLine) -> None:
    record_corrections()
    assert "🎉" not in top_five(cli)
    status, output = retrain(cli)
    assert status == 0, output
    assert "🎉" in top_five(cli)
    assert top_five(cli, "pizza")[0] == "🍕"
    report = json.loads(Path("run/report.json").read_text("utf-8"))
    assert report["passed"] is True
    assert {check["split"] for check in report["checks"]} == {"feedback", "names", "cost"}
    card = Path("run/artifact/README.md").read_text("utf-8")
    assert f"# {report['candidate']}" in card
    assert "## Learnt from feedback" in card
    assert "| feedback | agreement | 60 |" in card
    assert sorted(path.name for path in Path("run").iterdir()) == ["artifact", "report.json"]


def test_a_reaction_head_is_learnt_and_served(cli: CommandLine) -> None:
    record_corrections()
    before = cli("predict", "so funny").out
    status, output = retrain(cli, "--reactions")
    assert status == 0, output
    assert "🎉" in top_five(cli)
    assert cli("predict", "--authors", "so funny").out == before
    assert "## Learnt from feedback" in Path("run/artifact/README.md").read_text("utf-8")
    assert "as a reaction head" in Path("run/artifact/README.md").read_text("utf-8")
    assert sorted(path.name for path in Path("run").iterdir()) == ["artifact", "report.json"]
    Path("texts.jsonl").write_text('{"text": "so funny"}\n', encoding="utf-8")
    assert cli("predict", "--input", "texts.jsonl", "--output", "predicted").status == 0
    [part] = Path("predicted").glob("*.jsonl")
    assert "🎉" in part.read_text("utf-8")


@pytest.mark.parametrize(
    "command",
    [
        ("retrain", "--full", "--reactions"),
        ("predict", "--authors", "--input", "texts.jsonl", "--output", "predicted"),
    ],
)
def test_options_that_exclude_each_other_are_refused(
    cli: CommandLine, command: Sequence[str]
) -> None:
    assert cli(*command).status == 2


def test_two_processes_retrain_together(environment: Mapping[str, str]) -> None:
    record_corrections()
    launched = ("-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "bot")
    result = subprocess.run(
        [sys.executable, *launched, "retrain", "--out", "run", "--threads", "1"],
        env={**environment, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("passed: it may take over") == 1
    assert result.stdout.count(" is served from ") == 1
    assert sorted(path.name for path in Path("run").iterdir()) == ["artifact", "report.json"]


def test_without_promotion_the_served_artifact_stays(cli: CommandLine) -> None:
    record_corrections()
    before = top_five(cli)
    assert retrain(cli, "--no-promote")[0] == 0
    assert top_five(cli) == before
    assert cli("model", "promote", "run/artifact").status == 0
    assert "🎉" in top_five(cli)


def test_a_candidate_that_is_not_better_is_refused(cli: CommandLine) -> None:
    record_corrections(kind=FeedbackKind.AGREE)
    before = top_five(cli)
    status, output = retrain(cli)
    assert status == 1
    assert "refused: the old one stays" in output
    assert top_five(cli) == before
    assert not Path("run/dataset").exists()


def test_texts_without_consent_are_not_used(cli: CommandLine) -> None:
    record_corrections(consenting=[])
    status, output = retrain(cli)
    assert status == 1
    assert "no text with feedback to learn from" in output


@pytest.mark.parametrize("step", ["_check_feedback", "_check_size"])
def test_an_interrupted_run_resumes(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    record_corrections()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(gate, step, interrupt)
        assert retrain(cli)[0] == 130
    before = rows_in(Path("run/dataset"))
    assert retrain(cli)[0] == 0
    assert "🎉" in top_five(cli)
    assert before


def test_each_step_is_a_command(cli: CommandLine) -> None:
    record_corrections()
    assert cli("feedback", "export", "--out", "data").status == 0
    finetuned = cli("model", "finetune", "--dataset", "data", "--out", "run", "--threads", "1")
    assert finetuned.status == 0, finetuned.err
    gated = cli("model", "gate", "run/artifact", "--dataset", "data", "--json")
    assert gated.status == 0
    assert json.loads(gated.out)["passed"] is True
    served = cli("model", "info", "--json")
    refused = cli("model", "gate", json.loads(served.out)["folder"], "--dataset", "data")
    assert refused.status == 1


def test_malformed_rows_and_other_files_are_one_line_errors(cli: CommandLine) -> None:
    record_corrections()
    cli("feedback", "export", "--out", "data")
    train = Path("data/jsonl/train.jsonl")
    train.write_text(train.read_text("utf-8") + "{}\n", "utf-8")
    result = cli("model", "finetune", "--dataset", "data", "--out", "run")
    assert result.status == 1
    assert f"{train}: line " in result.error
    Path("data/more.txt").touch()
    result = cli("model", "finetune", "--dataset", "data", "--out", "run")
    assert "data contains more.txt" in result.error


async def test_an_export_is_refreshed_after_a_consent_is_revoked(
    empty_folder: Path,
) -> None:
    await record_feedback(AUTHORS, FeedbackKind.AGREE)
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
