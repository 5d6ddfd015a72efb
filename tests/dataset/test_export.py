"""Content, privacy and atomicity of exports."""

import errno
import json
import os
import stat
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas
import pandas._libs.parsers as _csv_defaults
import pytest
import yaml
from datasets import ClassLabel, load_dataset
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind, FeedbackSource
from bot.database.feedback_pages import feedback_pages
from bot.database.store import SqlStore
from bot.dataset import export as exporting
from bot.dataset.export import ExportRequest, export
from bot.dataset.folder import ExportFailed
from bot.dataset.pseudonymize import assign_split
from bot.dataset.writers import Format
from model.feedback import FeedbackError, FeedbackRow, read_rows
from tests.core.fakes import ANNA, BEN, make_feedback
from tests.database.rows import age, record
from tests.dataset.community import TERMS, everything, exported, member, rows_in, say, spoken

DAY = timedelta(days=1)
ALL = (Format.PARQUET, Format.JSONL, Format.CSV)


async def test_a_row_has_predictions_and_feedback(any_engine: AsyncEngine, tmp_path: Path) -> None:
    store = SqlStore(any_engine)
    await store.members.set_consent("console", ANNA, TERMS)
    await say(store, 1, ANNA, FeedbackKind.REMOVE, FeedbackKind.CORRECT)
    pressed = make_feedback("1", FeedbackKind.CORRECT, "😭", actor=ANNA)
    await store.feedback.add(replace(pressed, source=FeedbackSource.BUTTON))
    await store.feedback.add(make_feedback("1", FeedbackKind.DISLIKE, None, actor=ANNA))
    await store.feedback.add(make_feedback("1", FeedbackKind.DISLIKE, None, actor=BEN))
    agreed = make_feedback("1")
    for source in (FeedbackSource.REACTION, FeedbackSource.BURST):
        await store.feedback.add(replace(agreed, source=source))
    await store.feedback.add(replace(agreed, source=FeedbackSource.BURST, actor=ANNA))
    [row] = await exported(any_engine, tmp_path / "out")
    assert row.text == "so funny, number 1"
    assert (row.consent_version, row.language, row.platform) == (TERMS, "en-GB", "console")
    assert (row.artifact_version, row.shown, row.day) == (
        "tiny-1",
        ("😂",),
        datetime.now(UTC).date(),
    )
    assert [(s.emoji, s.score) for s in row.predictions] == [("😂", 0.612346), ("🔥", 0.3)]
    bursts = [(r.source, r.also_burst, r.actors) for r in row.feedback if r.kind == "agree"]
    assert sorted(bursts) == [("burst", False, 1), ("reaction", True, 1)]
    assert {(r.kind, r.emoji, r.source, r.actors) for r in row.feedback if r.kind != "agree"} == {
        ("remove", "😂", "reaction", 1),
        ("correct", "😭", "reaction", 1),
        ("correct", "😭", "button", 1),
        ("dislike", None, "reaction", 2),
    }


async def test_pseudonyms_differ_between_exports_and_from_the_database(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path
) -> None:
    for number in (1, 2):
        await say(store, number, ANNA)
    await say(store, 3, BEN)
    first = await exported(engine, tmp_path / "first")
    second = await exported(engine, tmp_path / "second")
    by_author = [sorted(len([r for r in rows if r.author == a]) for a in {r.author for r in rows})
                 for rows in (first, second)]  # fmt: skip
    assert by_author == [[1, 2], [1, 2]]
    names = [{name for r in rows for name in (r.id, r.author, r.community)}
             for rows in (first, second)]  # fmt: skip
    assert not names[0] & names[1]
    written = (tmp_path / "first" / "jsonl").rglob("*.jsonl")
    assert not any(key in file.read_text("utf-8") for file in written for key in (ANNA, BEN))


async def test_an_author_is_in_one_split_of_every_export(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path
) -> None:
    for number in range(120):
        await say(store, number, member(number % 60))
    await exported(engine, tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "export.json").read_text("utf-8"))
    assert facts["rows"]["train"] > 70
    assert min(facts["rows"].values()) > 0
    authors = [
        {row.author for row in read_rows(file)}
        for file in (tmp_path / "out" / "jsonl").glob("*.jsonl")
    ]
    assert sum(map(len, authors)) == len(set.union(*authors)) == 60
    expected = sum(2 * (assign_split(member(number)) == "test") for number in range(60))
    assert facts["rows"]["test"] == expected


async def test_filters_narrow_the_selection(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path
) -> None:
    await say(store, 1, ANNA)
    await say(store, 2, ANNA, platform="discord")
    await age(engine, "1", datetime.now(UTC) - 3 * DAY)
    whole = everything()
    narrowed = {
        "platform": replace(whole, platform="discord"),
        "since": replace(whole, rows_since=datetime.now(UTC) - DAY),
        "community": replace(whole, community="elsewhere"),
    }
    found = {name: await exported(engine, tmp_path / name, s) for name, s in narrowed.items()}
    assert [row.platform for row in found["platform"]] == ["discord"]
    assert [row.platform for row in found["since"]] == ["discord"]
    assert found["community"] == []
    assert len(await exported(engine, tmp_path / "all")) == 2


async def test_messages_without_feedback_are_not_exported(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path
) -> None:
    await record(store, spoken(1, ANNA))
    await say(store, 2, ANNA)
    await store.feedback.add(make_feedback("2", withdrawn=True))
    assert await exported(engine, tmp_path / "out") == []


@pytest.mark.parametrize("text", ["never agreed", "revoked", "past its retention"])
async def test_texts_without_consent_are_not_exported(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path, text: str
) -> None:
    if text != "never agreed":
        await store.members.set_consent("console", ANNA, TERMS)
    await say(store, 1, ANNA)
    if text == "revoked":
        await store.members.set_consent("console", ANNA, None)
    if text == "past its retention":  # the purge has not come by yet
        await age(engine, "1", datetime.now(UTC) - 15 * DAY)
    [row] = await exported(engine, tmp_path / "out")
    assert (row.text, row.consent_version) == (None, None)
    facts = json.loads((tmp_path / "out" / "export.json").read_text("utf-8"))
    assert (facts["texts"], facts["consent_versions"]) == (0, {})


@pytest.mark.parametrize("request_kind", ["forget", "opt out", "retention"])
async def test_erased_members_are_in_no_later_export(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path, request_kind: str
) -> None:
    await store.members.set_consent("console", ANNA, TERMS)
    await say(store, 1, ANNA)
    await say(store, 2, BEN)
    assert len(await exported(engine, tmp_path / "before")) == 2
    if request_kind == "forget":
        await store.members.erase("console", ANNA)
    elif request_kind == "opt out":
        await store.members.set_opted_out("console", ANNA, True)
    else:
        await age(engine, "1", datetime.now(UTC) - 366 * DAY)
    after = await exported(engine, tmp_path / "after")
    assert [row.text for row in after] == [None]


async def test_an_erasure_during_an_export_applies_to_later_pages(
    store: SqlStore, engine: AsyncEngine
) -> None:
    for number in range(4):
        await say(store, number, member(number))
    pages = feedback_pages(engine, everything(), size=2)
    first = await anext(pages)
    await store.members.erase("console", member(3))
    second = [page async for page in pages]
    assert [answered.author for answered in first] == [member(0), member(1)]
    assert [[answered.author for answered in page] for page in second] == [[member(2)]]


@pytest.fixture
async def all_formats(store: SqlStore, engine: AsyncEngine, tmp_path: Path) -> Path:
    """Thirty members, every second of whom agreed to the terms."""
    kinds = list(FeedbackKind)
    for number in range(60):
        if number % 2:
            await store.members.set_consent("console", member(number % 30), f"2026-{number % 3}")
        await say(store, number, member(number % 30), kinds[number % 4], kinds[number % 3])
    await export(engine, ExportRequest(everything(), ALL, "cc-by-4.0"), tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize("each", [*Format])
async def test_the_datasets_library_reads_every_format(
    store: SqlStore, engine: AsyncEngine, all_formats: Path, tmp_path: Path, each: Format
) -> None:
    others = [other for other in Format if other is not each]
    await export(engine, ExportRequest(everything(), (each, *others)), tmp_path / "again")
    loaded = load_dataset(str(tmp_path / "again"), cache_dir=str(tmp_path / "cache"))
    rows = rows_in(tmp_path / "again")
    assert sum(split.num_rows for split in loaded.values()) == len(rows) == 60
    assert set(loaded) == {"train", "validation", "test"}
    for raw, row in zip(loaded["train"], rows, strict=False):
        assert list(raw) == list(FeedbackRow.model_fields)
        lists = ("predictions", "shown", "feedback")
        if each is Format.CSV:
            values = raw | {n: json.loads(raw[n]) for n in lists}
        else:
            values = raw | with_emojis(raw, loaded["train"].features["shown"].feature)
        assert FeedbackRow.model_validate(values) == row


def with_emojis(row: Mapping[str, Any], label: ClassLabel) -> dict[str, Any]:
    """Return the lists of a row with emojis in place of class labels."""

    def named(entry: Mapping[str, Any]) -> dict[str, Any]:
        number = entry["emoji"]
        return {**entry, "emoji": None if number is None else label.int2str(number)}

    lists = {name: [named(entry) for entry in row[name]] for name in ("predictions", "feedback")}
    return {**lists, "shown": label.int2str(row["shown"])}


def test_pandas_reads_every_format(all_formats: Path) -> None:
    rows = [row for row in rows_in(all_formats) if row.id]
    tables: Mapping[str, Any] = {
        "csv": pandas.read_csv(all_formats / "csv" / "train.csv"),
        "jsonl": pandas.read_json(all_formats / "jsonl" / "train.jsonl", lines=True),
        "parquet": pandas.read_parquet(all_formats / "parquet" / "train.parquet"),
    }
    for table in tables.values():
        assert list(table.columns) == list(FeedbackRow.model_fields)
        assert list(table["id"]) == [row.id for row in rows[: len(table)]]
        texts = [None if pandas.isna(text) else text for text in table["text"]]
        assert texts == [row.text for row in rows[: len(table)]]


def test_the_card_has_metadata_and_counts(all_formats: Path) -> None:
    card = (all_formats / "README.md").read_text("utf-8")
    _, head, body = card.split("---\n", 2)
    metadata = yaml.safe_load(head)
    assert metadata["license"] == "cc-by-4.0"
    assert metadata["language"] == ["en"]
    assert metadata["size_categories"] == ["n<1K"]
    assert metadata["task_categories"] == ["text-classification"]
    [config] = metadata["configs"]
    assert all((all_formats / file["path"]).is_file() for file in config["data_files"])
    assert "60 messages with feedback" in body
    assert "30 of them with their text" in body
    assert all(f"2026-{version}" in body for version in range(3))
    assert "$" not in body


async def test_an_interrupted_export_leaves_the_last_one(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(store, 1, ANNA)
    [before] = await exported(engine, tmp_path / "out")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "_write_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        await exported(engine, tmp_path / "out")
    assert rows_in(tmp_path / "out") == [before]
    with pytest.raises(KeyboardInterrupt):
        await exported(engine, tmp_path / "fresh")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out"]


async def test_leftovers_of_a_killed_export_are_deleted(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path
) -> None:
    left = tmp_path / ".out.partial"
    left.mkdir()
    (left / "half.jsonl").write_text("{", "utf-8")
    await say(store, 1, ANNA)
    assert len(await exported(engine, tmp_path / "out")) == 1
    assert not left.exists()


async def test_a_folder_with_other_files_is_refused(engine: AsyncEngine, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.docx").write_text("years of work", "utf-8")
    with pytest.raises(ExportFailed, match=r"taken contains thesis\.docx, which is not part"):
        await exported(engine, taken)
    assert (taken / "thesis.docx").read_text("utf-8") == "years of work"


async def test_an_empty_export_has_a_card(engine: AsyncEngine, tmp_path: Path) -> None:
    assert await exported(engine, tmp_path / "out") == []
    assert "No text is in this export" in (tmp_path / "out" / "README.md").read_text("utf-8")


async def test_memory_does_not_grow_with_the_rows(store: SqlStore, engine: AsyncEngine) -> None:
    for number in range(120):
        await say(store, number, ANNA)

    async def peak(size: int) -> int:
        tracemalloc.start()
        async for _ in feedback_pages(engine, everything(), size):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    await peak(5)  # what is cached once
    assert await peak(5) < await peak(120)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        ({"texte": "secret"}, "texte: Extra inputs are not permitted"),
        ({"day": "secret"}, "day: "),
        ({"feedback": [{"kind": "secret", "source": "button"}]}, "feedback.0.kind: "),
        ({"predictions": [{"emoji": "😂", "score": 2}]}, "predictions.0.score: "),
        ("{", "Invalid JSON"),
    ],
)
def test_the_error_of_a_malformed_row_names_its_line_without_quotes(
    all_formats: Path, edit: str | dict[str, object], complaint: str
) -> None:
    file = all_formats / "jsonl" / "train.jsonl"
    lines = file.read_text("utf-8").splitlines()
    lines[2] = edit if isinstance(edit, str) else json.dumps(json.loads(lines[2]) | edit)
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(FeedbackError) as refused:
        list(read_rows(file))
    assert str(refused.value).startswith(f"{file}: line 3: {complaint}")
    assert "secret" not in str(refused.value)


def test_a_text_without_consent_is_malformed(all_formats: Path) -> None:
    file = all_formats / "jsonl" / "train.jsonl"
    row = json.loads(file.read_text("utf-8").splitlines()[0]) | {
        "text": "hm",
        "consent_version": None,
    }
    file.write_text(json.dumps(row), "utf-8")
    with pytest.raises(FeedbackError, match=r"line 1: .*a text without the consent_version"):
        list(read_rows(file))


async def test_only_the_owner_reads_an_export(engine: AsyncEngine, tmp_path: Path) -> None:
    await say(SqlStore(engine), 1, member(1))
    await export(engine, ExportRequest(everything(), tuple(Format)), tmp_path / "out")
    paths = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    assert len(paths) == 9
    modes = {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}


async def test_files_of_file_managers_block_no_export(engine: AsyncEngine, tmp_path: Path) -> None:
    await say(SqlStore(engine), 1, member(1))
    for _ in range(2):
        assert len(await exported(engine, tmp_path / "out")) == 1
        (tmp_path / "out/.DS_Store").touch()
        (tmp_path / "out/jsonl/._train.jsonl").touch()


@pytest.mark.parametrize("closed", [False, True])
async def test_a_mount_point_is_filled(
    engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    mount = tmp_path / "mount"
    mount.mkdir()
    number = mount.stat().st_ino
    rename, mkdir = Path.rename, Path.mkdir

    def refuse_mount(path: Path, target: Path) -> Path:
        if mount in (path, target):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return rename(path, target)

    def refuse_siblings(
        path: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False
    ) -> None:
        if closed and path.parent == tmp_path:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        mkdir(path, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "rename", refuse_mount)
    monkeypatch.setattr(Path, "mkdir", refuse_siblings)
    for count in (1, 2):
        await say(SqlStore(engine), count, member(count))
        await export(engine, ExportRequest(everything(), (Format.JSONL,)), mount)
        assert len(rows_in(mount)) == count
        assert mount.stat().st_ino == number
        assert {path.name for path in mount.iterdir()} == {"README.md", "export.json", "jsonl"}
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["mount"]


AWKWARD = (*sorted(_csv_defaults.STR_NA_VALUES), "=1+1", "+1", "-1", "@sum(a1)", "\t=1", "'quoted")


async def test_texts_that_look_like_something_else_survive_csv(
    store: SqlStore, engine: AsyncEngine, tmp_path: Path
) -> None:
    await store.members.set_consent("console", ANNA, TERMS)
    for number, text in enumerate(AWKWARD):
        given = replace(spoken(number, ANNA), text=text)
        await record(store, given)
        await store.feedback.add(make_feedback(str(number)))
    await export(engine, ExportRequest(everything(), (Format.CSV,)), tmp_path / "out")
    [file] = (tmp_path / "out/csv").iterdir()
    texts = list(pandas.read_csv(file)["text"])
    assert [text.removeprefix("'") for text in texts] == list(AWKWARD)
    assert not any(text.startswith(("=", "+", "-", "@", "\t")) for text in texts)
