"""``emoji-reactor model evaluate`` on an operator's files, with the tiny artifact."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import CommandLine
from tests.tiny import write_tiny_artifact


def evaluate(cli: CommandLine, model: Path, *arguments: str) -> list[dict[str, Any]]:
    result = cli("model", "evaluate", "--model", str(model), "--json", *arguments)
    assert result.status == 0, result.err
    rows: list[dict[str, Any]] = json.loads(result.out)
    return rows


def test_emojis_as_labels_in_a_csv(cli: CommandLine, tiny_artifact: Path) -> None:
    Path("mine.csv").write_text(
        'text,emoji\n"so funny,\nhaha",😂\nvery sad,😢\nfunny,😢\npizza,🍕\n', encoding="utf-8"
    )
    figures, speed = (row["figures"] for row in evaluate(cli, tiny_artifact, "--data", "mine.csv"))
    assert figures["texts"] == 4
    assert figures["hit_1"] == figures["accuracy"] == 0.75
    assert figures["hit_1_interval"][0] < 0.75 < figures["hit_1_interval"][1]
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert figures["confusion"]["😢"] == {"😢": 1, "😂": 1}
    assert 0 < speed["p50"] <= speed["p99"]
    assert (speed["texts"], speed["threads"]) == (4, 1)


def test_emojis_inside_the_text_of_a_parquet(cli: CommandLine, tiny_artifact: Path) -> None:
    rows = [{"text": "so funny 😂😢"}, {"text": "thanks 🙏🏽"}, {"text": "no emoji here"}]
    pq.write_table(pa.Table.from_pylist(rows), "mine.parquet")
    figures = evaluate(cli, tiny_artifact, "--data", "mine.parquet")[0]["figures"]
    assert (figures["texts"], figures["hit_1"], figures["accuracy"]) == (2, 1.0, None)


def test_emotions_in_json_lines(cli: CommandLine, tiny_artifact: Path) -> None:
    rows = [
        {"text": "sad", "emotions": ["sadness"]},
        {"text": "so funny", "emotions": ["grief", "neutral"]},
        {"text": "party", "emotions": ["joy"]},
    ]
    Path("mine.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    figures = evaluate(cli, tiny_artifact, "--data", "mine.jsonl")[0]["figures"]
    assert figures["tone_deaf"] == 0.5
    assert figures["by_emotion"]["joy"] == [1, 1.0]
    assert set(figures["by_emotion"]) == {"sadness", "grief", "joy"}
    assert 0 <= figures["negative_share_interval"][0] <= figures["negative_share"] <= 1


def test_figures_without_data_are_none(cli: CommandLine, tiny_artifact: Path) -> None:
    Path("mine.csv").write_text("text,emotions\nparty,joy\nfunny,joy\n", encoding="utf-8")
    figures = evaluate(cli, tiny_artifact, "--data", "mine.csv")[0]["figures"]
    assert figures["tone_deaf"] is figures["negative_share"] is None
    result = cli("model", "evaluate", "--model", str(tiny_artifact), "--data", "mine.csv")
    assert result.status == 0
    assert "joy" in result.out


def test_the_html_page_has_the_tables_and_the_confusion(
    cli: CommandLine, tiny_artifact: Path
) -> None:
    lines = [f"{text} {i},{emoji}" for i in range(30) for text, emoji in
             (("funny", "😂"), ("sad", "😢"))]  # fmt: skip
    Path("mine.csv").write_text("\n".join(["text,emoji", *lines]), encoding="utf-8")
    rows = evaluate(cli, tiny_artifact, "--data", "mine.csv", "--html", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    for text in ("macro recall@5", "p50 ms", "each emoji of 20 texts", "<caption>mine: of each"):
        assert text in page
    assert rows[0]["figures"]["by_emoji"] == {"😂": [30, 1.0], "😢": [30, 1.0]}
    assert "funny" not in page


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.csv", None, "no file gone.csv"),
        ("mine.csv", "words,emoji\nfunny,😂\n", "mine.csv has no column text, but words, emoji"),
        ("mine.csv", "text,emoji\n???,nothing\n", "no text with words and with emoji"),
        ("mine.parquet", "text", "mine.parquet is no table"),
    ],
)
def test_an_invalid_file_is_a_one_line_error(
    cli: CommandLine, tiny_artifact: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        Path(name).write_text(content, encoding="utf-8")
    result = cli("model", "evaluate", "--model", str(tiny_artifact), "--data", name)
    assert result.status != 0
    assert message in result.error


def test_splits_and_baselines_come_from_the_recipe(
    cli: CommandLine, tiny_artifact: Path, recipe_file: Path
) -> None:
    recipe = ("--recipe", str(recipe_file))
    rows = evaluate(cli, tiny_artifact, *recipe, "--data", "label", "--baselines")
    assert [row["ranker"] for row in rows][1:3] == ["prior", "naive Bayes"]
    assert rows[2]["figures"]["hit_1"] > 0.9
    rows = evaluate(cli, tiny_artifact, *recipe)
    assert [row["split"] for row in rows] == ["label", "emotion", "label"]
    result = cli("model", "evaluate", *recipe, "--data", "smell")
    assert result.status == 2
    assert "no smell; the recipe holds out label, emotion" in result.error


def test_each_language_and_the_former_artifact_have_figures(
    cli: CommandLine, tiny_artifact: Path, tmp_path: Path
) -> None:
    words = [
        ("funny", "😂", "en"),
        ("sad", "😢", "en"),
        ("pizza", "🍕", "tr"),
        ("party", "😱", "tr"),
    ]
    rows = [
        {"text": f"{text} {i}", "emoji": emoji, "lang": language}
        for text, emoji, language in words
        for i in range(60)
    ]
    pq.write_table(pa.Table.from_pylist(rows), "mine.parquet")
    former = tmp_path / "former"
    write_tiny_artifact(former, "former", seed=1)
    data = ("--data", "mine.parquet")
    found = evaluate(cli, tiny_artifact, *data, "--against", str(former))[:-1]
    own = [row for row in found if row["ranker"].startswith("tiny")]
    assert [(r["language"], r["figures"]["texts"], r["figures"]["hit_1"]) for r in own] == [
        (None, 240, 0.75),
        ("en", 120, 1.0),
        ("tr", 120, 0.5),
    ]
    assert {row["ranker"].partition("-")[0] for row in found} == {"tiny", "former"}
    assert all(row["against"].startswith("former-") for row in own)
    assert own[0]["changes"]["hit_1"] == {"difference": 0.0, "interval": [0.0, 0.0]}
    assert own[2]["figures"]["shown"] == 1.0
    assert own[2]["figures"]["precision"] == 0.5
    assert own[2]["figures"]["precision_interval"][0] < 0.5
    assert evaluate(cli, tiny_artifact, *data, "--limit", "7")[0]["figures"]["texts"] == 7
    table = cli("model", "evaluate", "--model", str(tiny_artifact), *data, "--against", str(former))
    assert "Paired by text" in table.out
