"""``emoji-reactor predict``: what goes in, what comes out, and what is refused in one line."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from model.artifact import LAYOUT, load
from model.emoji import TELEGRAM_REACTIONS
from tests.cli.conftest import CommandLine

QUIET = "nothing to say"
LONG = 100_000


def objects(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def emojis(answer: dict[str, Any]) -> list[str]:
    return [each["emoji"] for each in answer["predictions"]]


def test_each_argument_is_a_text_with_a_line_of_its_own(cli: CommandLine) -> None:
    ended = cli("predict", "so funny", "I love pizza")
    assert (ended.status, ended.err) == (0, "")
    first, second = ended.out.splitlines()
    assert first.startswith("😂 0.")
    assert len(first.split("  ")) == 5
    assert {second[0], second.split("  ")[1][0]} == {"❤", "🍕"}


def test_without_arguments_each_line_of_standard_input_is_a_text(cli: CommandLine) -> None:
    ended = cli("predict", stdin=b"so funny\r\n\nI am sad")
    assert [line[:1] for line in ended.out.splitlines()] == ["😂", "n", "😢"]
    assert cli("predict").out == ""


def test_json_is_one_object_a_line(cli: CommandLine, tiny_artifact: Path) -> None:
    [answer] = objects(cli("predict", "--json", "so «funny» 😂").out)
    assert list(answer) == ["text", "model", "predictions"]
    assert answer["text"] == "so «funny» 😂"
    assert answer["model"] == load(tiny_artifact).version
    assert emojis(answer)[0] == "😂"
    for each in answer["predictions"]:
        assert list(each) == ["emoji", "score"]
        assert 0 < each["score"] < 1
    scores = [each["score"] for each in answer["predictions"]]
    assert scores == sorted(scores, reverse=True)


def test_json_of_a_text_with_nothing_to_go_on_is_empty(cli: CommandLine) -> None:
    [answer] = objects(cli("predict", "--json", "🙏").out)
    assert answer["predictions"] == []


@pytest.mark.parametrize("k", [1, 3, 100])
def test_top_k_counts(cli: CommandLine, k: int) -> None:
    [answer] = objects(cli("predict", "--json", "--top-k", str(k), "so funny").out)
    assert len(answer["predictions"]) == min(k, len(set(TELEGRAM_REACTIONS) | {"😂", "🍕"}))


def test_telegrams_candidates_are_telegrams(cli: CommandLine) -> None:
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
    ("content", "complaint"),
    [
        (None, "cannot be read: No such file"),
        (b"", "holds no emoji"),
        ("😂\nhello\n".encode(), "line 2 is not an emoji"),
        (b"\xff\xfe\x00", "not a text file in UTF-8"),
    ],
)
def test_wrong_candidates_are_one_line(
    cli: CommandLine, content: bytes | None, complaint: str
) -> None:
    if content is not None:
        Path("mine.txt").write_bytes(content)
    ended = cli("predict", "--candidates", "mine.txt", "pizza")
    assert (ended.status, ended.out) == (2, "")
    assert ended.error.startswith(f"--candidates mine.txt: {complaint}")


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
def test_a_text_with_nothing_to_go_on_is_said_so(cli: CommandLine, text: str) -> None:
    ended = cli("predict", text)
    assert (ended.status, ended.out, ended.err) == (0, f"{QUIET}\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "funny " * (LONG // 6),
        "x" * LONG,
        "(" * LONG,
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
def test_strange_texts_are_answered(cli: CommandLine, text: str) -> None:
    ended = cli("predict", "--json", text)
    assert (ended.status, ended.err) == (0, "")
    [answer] = objects(ended.out)
    assert len(answer["predictions"]) == 5
    assert "fun" not in text or emojis(answer)[0] == "😂"


def test_a_lone_surrogate_comes_out_as_a_replacement(cli: CommandLine) -> None:
    [answer] = objects(cli("predict", "--json", "funny \udcff").out)
    assert answer["text"] == "funny \ufffd"


def test_bytes_that_are_no_text_are_answered(cli: CommandLine) -> None:
    ended = cli("predict", stdin=bytes(range(256)) * 4 + b"\nfunny\xff\n")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[-1].startswith("😂")


@pytest.mark.parametrize("file", LAYOUT.hashed_files)
@pytest.mark.parametrize("half_written", [True, False])
def test_a_corrupt_artifact_is_refused_by_the_name_of_the_file(
    cli: CommandLine, tiny_artifact: Path, file: str, half_written: bool
) -> None:
    shutil.copytree(tiny_artifact, "mine")
    content = Path("mine", file).read_bytes()
    middle = len(content) // 2
    rest = b"" if half_written else bytes([content[middle] ^ 1]) + content[middle + 1 :]
    Path("mine", file).write_bytes(content[:middle] + rest)
    ended = cli("predict", "--model", "mine", "funny")
    assert (ended.status, ended.out) == (1, "")
    assert ended.error.startswith(f"mine/{file} is corrupt")


def test_the_model_is_the_settings_unless_an_argument_names_another(cli: CommandLine) -> None:
    assert "nowhere is neither a folder nor" in cli("predict", "--model", "nowhere", "funny").error
    Path("config.toml").write_text('[model]\nsorce = "x"\n')
    ended = cli("predict", "funny")
    assert ended.status == 2
    assert ended.error == "config.toml: model.sorce: unknown key; did you mean model.source?"


def test_the_shipped_artifact_answers(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tiny_artifact: Path
) -> None:
    monkeypatch.delenv("EMOJI_REACTOR__MODEL__SOURCE")
    [answer] = objects(cli("predict", "--json", "we lost our dog last night").out)
    assert answer["model"] != load(tiny_artifact).version
    assert {"😭", "😢", "💔", "😔", "🥲"} & set(emojis(answer))
