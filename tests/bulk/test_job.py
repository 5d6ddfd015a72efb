"""Chunks of files, parts of the output, and runs that go on where another one stopped."""

import csv
import io
import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bulk import formats
from bot.bulk.errors import BulkInputError
from bot.bulk.job import Job, find_files
from bot.bulk.run import run_here
from model import Predictor

TEXTS = ["haha so funny", "party", 'a "quoted",\nbroken line', "", "🎉", "pizza", "so funny"]


@pytest.fixture(scope="module")
def predictor(tiny_artifact: Path) -> Predictor:
    return Predictor.load(str(tiny_artifact))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "CHUNK_ROWS", 2)


def write(folder: Path, suffix: str, texts: Sequence[object]) -> Path:
    """Write rows with an id and a text."""
    file = folder / f"texts{suffix}"
    rows = [{"id": number, "text": text} for number, text in enumerate(texts)]
    if suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file, row_group_size=2)
    elif suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, ["id", "text"])
            table.writeheader()
            table.writerows(rows)
    else:
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


def read(folder: Path) -> list[tuple[int, str, list[dict[str, object]]]]:
    """Return ids, texts and predictions of all parts, in order."""
    rows: list[dict[str, object]] = []
    for part in sorted(folder.glob("part-*")):
        if part.suffix == ".parquet":
            rows += pyarrow.parquet.read_table(part).to_pylist()
        elif part.suffix == ".csv":
            rows += csv.DictReader(io.StringIO(part.read_bytes().decode(), newline=""))
        else:
            rows += map(json.loads, part.read_text(encoding="utf-8").splitlines())
    for row in rows:
        if isinstance(row["predictions"], str):
            row["predictions"] = json.loads(row["predictions"])
    return [(int(str(r["id"])), str(r["text"]), r["predictions"]) for r in rows]  # type: ignore[misc]


def job(source: Path, output: Path, **changes: object) -> Job:
    given = {"column": "text", "top_k": 2, "candidates": None, "version": "1", **changes}
    begun = Job(find_files(source), output, **given)  # type: ignore[arg-type]
    begun.begin()
    return begun


@pytest.mark.parametrize("suffix", formats.FORMATS)
def test_each_row_gets_its_predictions_and_stays_in_order(
    tmp_path: Path, predictor: Predictor, suffix: str
) -> None:
    source = write(tmp_path, suffix, TEXTS)
    done = list(run_here(job(source, tmp_path / "out"), predictor))
    assert [each.rows for each in done] == [2, 2, 2, 1]
    expected = [
        [{"emoji": p.emoji, "score": round(p.score, 6)} for p in top]
        for top in predictor.predict(TEXTS, 2)
    ]
    assert read(tmp_path / "out") == [
        (number, text, top) for number, (text, top) in enumerate(zip(TEXTS, expected, strict=True))
    ]


def test_a_stopped_run_is_taken_up(tmp_path: Path, predictor: Predictor) -> None:
    source = write(tmp_path, ".jsonl", TEXTS)
    list(run_here(job(source, tmp_path / "whole"), predictor))
    list(islice(run_here(job(source, tmp_path / "out"), predictor), 2))
    (tmp_path / "out" / ".part-0000002.jsonl").write_text('{"id": 4, "te')  # killed while writing
    again = list(run_here(job(source, tmp_path / "out"), predictor))
    assert [each.rows for each in again] == [0, 0, 2, 1]
    assert sum(each.size for each in again) == source.stat().st_size
    assert read(tmp_path / "out") == read(tmp_path / "whole")


def test_a_folder_with_other_work_is_refused(tmp_path: Path) -> None:
    source, output = write(tmp_path, ".jsonl", TEXTS), tmp_path / "out"
    job(source, output)
    for changes in ({"top_k": 3}, {"candidates": frozenset("🎉")}, {"version": "2"}):
        with pytest.raises(BulkInputError, match="something else than parts of this job"):
            job(source, output, **changes)
    with pytest.raises(BulkInputError, match="something else"):
        job(source, tmp_path)  # holds the input


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", '{"text": "a"}\n[1]\n', "the line at byte 14 is not a JSON object"),
        ("a.jsonl", '{"words": "a"}\n', "a row has no text, but words; name the texts"),
        ("a.jsonl", '{"text": "a", "predictions": 1}', "a row has predictions already"),
        ("a.jsonl", '{"text": "a"}\n' + "[" * 100_000, "the line at byte 14 is not a JSON object"),
        ("a.csv", "text,id\na,1\nb\n", "more or fewer than 2 cells"),
        ("a.csv", "text,id\ra,1\r", "should end with LF or CRLF"),
        ("a.csv", "text,text\na,b\n", "two columns named text"),
        ("a.csv", 'text,id\n"' + "a" * 2_000, "a quotation mark is never closed"),
        ("a.parquet", "text", "is not a Parquet file"),
        ("a.txt", "text", "should be a file, or a folder of files, of one of .jsonl"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path,
    predictor: Predictor,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str,
    message: str,
) -> None:
    monkeypatch.setattr(formats, "MAX_RECORD_BYTES", 1_000)
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    with pytest.raises(BulkInputError, match=message):
        list(run_here(job(tmp_path / name, tmp_path / "out"), predictor))


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.jsonl", '{"text": "\\ud83d hi", "id": 0}\n', ["\ud83d hi"]),
        ("a.jsonl", '\ufeff{"text": "saved on Windows", "id": 0}\r\n', ["saved on Windows"]),
        ("a.csv", '\ufefftext,id\r\n"saved\r\non Windows",0\r\n', ["saved\r\non Windows"]),
        ("a.csv", f"text,id\n{'a' * 200_000},0\n", ["a" * 200_000]),
        (
            "a.csv",
            'text,id\n5" pizza,0\n"a\nb",1\nc,2\n"d\ne",3\n',
            ['5" pizza', "a\nb", "c", "d\ne"],
        ),
    ],
)
def test_odd_texts_come_back_as_they_were(
    tmp_path: Path, predictor: Predictor, name: str, content: str, texts: list[str]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    list(run_here(job(tmp_path / name, tmp_path / "out"), predictor))
    assert [text for _, text, _ in read(tmp_path / "out")] == texts


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_csv_is_divided_between_records(tmp_path: Path, texts: list[str]) -> None:
    source = write(tmp_path, ".csv", texts)
    parts = formats.Csv()
    rows = [r for s in parts.spans(source) for batch in parts.read(source, s) for r in batch]
    assert [row["text"] for row in rows] == texts
