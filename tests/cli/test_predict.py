"""``emoji-reactor predict``: inputs, output formats and refused inputs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from model.artifact import LAYOUT, load
from model.emoji import TELEGRAM_REACTIONS
from tests.cli.conftest import CommandLine

NO_PREDICTION = "nothing to say"
LONG_TEXT_LENGTH = 100_000


def objects(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def emojis(answer: dict[str, Any]) -> list[str]:
    return [prediction["emoji"] for prediction in answer["predictions"]]


def test_arguments_are_texts_with_one_line_each(cli: CommandLine) -> None:
    result = cli("predict", "so funny", "I love pizza")
    assert (result.status, result.err) == (0, "")
    first, second = result.out.splitlines()
    assert first.startswith("😂 0.")
    assert len(first.split("  ")) == 5
    assert {second[0], second.split("  ")[1][0]} == {"❤", "🍕"}


def test_without_arguments_lines_of_standard_input_are_texts(cli: CommandLine) -> None:
    result = cli("predict", stdin=b"so funny\r\n\nI am sad")
    assert [line[:1] for line in result.out.splitlines()] == ["😂", "n", "😢"]
    assert cli("predict").out == ""


def test_json_is_one_object_a_line(cli: CommandLine, tiny_artifact: Path) -> None:
    [answer] = objects(cli("predict", "--json", "so «funny» 😂").out)
    assert list(answer) == ["text", "model", "predictions"]
    assert answer["text"] == "so «funny» 😂"
    assert answer["model"] == load(tiny_artifact).version
    assert emojis(answer)[0] == "😂"
    for prediction in answer["predictions"]:
        assert list(prediction) == ["emoji", "score"]
        assert 0 < prediction["score"] < 1
    scores = [prediction["score"] for prediction in answer["predictions"]]
    assert scores == sorted(scores, reverse=True)


def test_json_of_a_text_without_words_has_no_predictions(cli: CommandLine) -> None:
    [answer] = objects(cli("predict", "--json", "🙏").out)
    assert answer["predictions"] == []


@pytest.mark.parametrize("k", [1, 3, 100])
def test_top_k_limits_the_predictions(cli: CommandLine, k: int) -> None:
    [answer] = objects(cli("predict", "--json", "--top-k", str(k), "so funny").out)
    assert len(answer["predictions"]) == min(k, len(set(TELEGRAM_REACTIONS) | {"😂", "🍕"}))


def test_telegram_candidates(cli: CommandLine) -> None:
    assert cli("predict", "pizza").out.startswith("🍕")
    arguments = ("predict", "--json", "--candidates", "telegram", "--top-k", "100", "pizza")
    [answer] = objects(cli(*arguments).out)
    assert set(emojis(answer)) == set(TELEGRAM_REACTIONS)


def test_candidates_come_from_a_file(cli: CommandLine) -> None:
    Path("mine.txt").write_text("\ufeff❤️\r\n\n:pizza_time:\n🦖\n", encoding="utf-8")
    [answer] = objects(cli("predict", "--json", "--candidates", "mine.txt", "pizza").out)
    # The tiny artifact has no 🦖.
    assert emojis(answer) == [":pizza_time:", "❤"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        (b"", "holds no emoji"),
        ("😂\nhello\n".encode(), "line 2 is not an emoji"),
        (b"\xff\xfe\x00", "not a text file in UTF-8"),
    ],
)
def test_invalid_candidates_are_a_one_line_error(
    cli: CommandLine, content: bytes | None, message: str
) -> None:
    if content is not None:
        Path("mine.txt").write_bytes(content)
    result = cli("predict", "--candidates", "mine.txt", "pizza")
    assert (result.status, result.out) == (2, "")
    assert result.error.startswith(f"--candidates mine.txt: {message}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\t",
        "🙏",
        "👩🏽\u200d🚀❤️😂",
        "\u200b\u200f\u2060",
        "@user",
        "...",
        "\ud800\udfff",
    ],
    ids=ascii,
)
def test_a_text_without_words_has_no_prediction(cli: CommandLine, text: str) -> None:
    result = cli("predict", text)
    assert (result.status, result.out, result.err) == (0, f"{NO_PREDICTION}\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "funny " * (LONG_TEXT_LENGTH // 6),
        "x" * LONG_TEXT_LENGTH,
        "(" * LONG_TEXT_LENGTH,
        "שלום \u202efunny\u202c",
        "fun\u200bny \u00ad",
        "funny \ud800",
        "funny\x00\x07",
        "a\u0301" * 500,
    ],
    ids=[
        "words",
        "letters",
        "brackets",
        "right-to-left",
        "zero-width",
        "surrogate",
        "nul",
        "marks",
    ],
)
def test_unusual_texts_have_predictions(cli: CommandLine, text: str) -> None:
    result = cli("predict", "--json", text)
    assert (result.status, result.err) == (0, "")
    [answer] = objects(result.out)
    assert len(answer["predictions"]) == 5
    assert "fun" not in text or emojis(answer)[0] == "😂"


def test_lone_surrogates_are_replaced_in_the_output(cli: CommandLine) -> None:
    [answer] = objects(cli("predict", "--json", "funny \udcff").out)
    assert answer["text"] == "funny \ufffd"


def test_invalid_utf8_has_predictions(cli: CommandLine) -> None:
    result = cli("predict", stdin=bytes(range(256)) * 4 + b"\nfunny\xff\n")
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[-1].startswith("😂")


@pytest.mark.parametrize("file", LAYOUT.hashed_files)
@pytest.mark.parametrize("half_written", [True, False])
def test_a_corrupt_artifact_is_refused_and_the_file_named(
    cli: CommandLine, tiny_artifact: Path, file: str, half_written: bool
) -> None:
    shutil.copytree(tiny_artifact, "mine")
    content = Path("mine", file).read_bytes()
    middle = len(content) // 2
    rest = b"" if half_written else bytes([content[middle] ^ 1]) + content[middle + 1 :]
    Path("mine", file).write_bytes(content[:middle] + rest)
    result = cli("predict", "--model", "mine", "funny")
    assert (result.status, result.out) == (1, "")
    assert result.error.startswith(f"mine/{file} is corrupt")


def test_the_model_option_takes_precedence_over_the_settings(cli: CommandLine) -> None:
    assert "nowhere is neither a folder nor" in cli("predict", "--model", "nowhere", "funny").error
    Path("config.toml").write_text('[model]\nsorce = "x"\n')
    result = cli("predict", "funny")
    assert result.status == 2
    assert result.error == "config.toml: model.sorce: unknown key; did you mean model.source?"


def test_the_default_artifact_predicts(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tiny_artifact: Path
) -> None:
    monkeypatch.delenv("EMOJI_REACTOR__MODEL__SOURCE")
    [answer] = objects(cli("predict", "--json", "we lost our dog last night").out)
    assert answer["model"] != load(tiny_artifact).version
    assert {"😭", "😢", "💔", "😔", "🥲"} & set(emojis(answer))
