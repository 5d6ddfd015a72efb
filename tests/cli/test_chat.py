"""``emoji-reactor chat`` through a pipe: answers and feedback are shown and become rows."""

import os
import signal
import stat
from pathlib import Path

import pytest

from bot.cli.chat import Keyboard
from tests.cli.conftest import CommandLine
from tests.cli.rows import DATABASE, answers, query, words


def test_a_line_is_answered_and_stored_without_its_text(cli: CommandLine) -> None:
    ended = cli("chat", stdin=b"so funny\n")
    assert ended.status == 0
    five, decided = ended.out.splitlines()
    assert five.startswith("😂 0.")
    assert len(five.split("  ")) == 5
    assert decided == "reacted with 😂"
    assert answers() == [("😂", None)]
    stored = b"".join(file.read_bytes() for file in Path.cwd().iterdir())
    assert b"so funny" not in stored


@pytest.mark.parametrize(
    ("word", "noted", "row"),
    [
        ("+", "agree 😂", ("agree", "😂")),
        ("-", "dislike 😂", ("dislike", "😂")),
        ("1", "agree 😂", ("agree", "😂")),
        ("😂", "agree 😂", ("agree", "😂")),
        ("❤️", "correct ❤", ("correct", "❤")),
        ("👍🏽", "correct 👍", ("correct", "👍")),
    ],
)
def test_the_next_line_may_be_feedback(
    cli: CommandLine, word: str, noted: str, row: tuple[str, str]
) -> None:
    ended = cli("chat", stdin=f"so funny\n{word}\n".encode())
    assert ended.out.splitlines()[-1] == f"noted: {noted}"
    assert words() == [row]
    assert len(answers()) == 1


def test_a_number_picks_one_of_the_five(cli: CommandLine) -> None:
    ended = cli("chat", stdin=b"so funny\n3\n")
    third = ended.out.splitlines()[0].split("  ")[2][0]
    assert words() == [("correct", third)]


def test_the_same_word_twice_is_stored_once(cli: CommandLine) -> None:
    cli("chat", stdin=b"so funny\n+\n+\n1\n-\n")
    assert words() == [("agree", "😂"), ("dislike", "😂")]


def test_what_is_no_feedback_is_a_message(cli: CommandLine) -> None:
    ended = cli("chat", stdin=b"+\nso funny\n6\n++\n\n   \n42\n")
    assert ended.status == 0
    # A + before any answer has nothing to agree with.
    assert answers()[:2] == [("", "no_prediction"), ("😂", None)]
    assert len(answers()) == 5
    assert words() == []


def test_silence_is_shown_with_its_reason(cli: CommandLine) -> None:
    ended = cli("chat", stdin="🙏🙏\nthe and of\n".encode())
    assert "silent because no prediction" in ended.out
    assert "silent because below threshold" in ended.out
    assert [skip for _, skip in answers()] == ["no_prediction", "below_threshold"]


def test_every_line_is_answered_whatever_the_pace_of_the_settings(cli: CommandLine) -> None:
    Path("config.toml").write_text(
        "[reactions]\nchance = 0.0\ncooldown_seconds = 60\nmax_per_minute = 1\n"
    )
    cli("chat", stdin=b"so funny\n" * 5)
    assert answers() == [("😂", None)] * 5


def test_bytes_that_are_no_text_are_survived(cli: CommandLine) -> None:
    noise = bytes(byte for byte in range(256) if byte not in b"\r\n")
    ended = cli("chat", stdin=noise + b"\nfunny\xff\xfe\n" + b"x" * 100_000 + b"\nso funny")
    assert (ended.status, ended.err) == (0, "")
    assert len(answers()) == 4
    assert answers()[-1] == ("😂", None)


def test_the_person_is_stored_as_a_hash_under_a_secret_of_its_own(cli: CommandLine) -> None:
    cli("chat", stdin=b"so funny\n+\n")
    [(author, actor)] = query("select author, actor from prediction join feedback")
    assert author == actor
    assert len(str(author)) == 32
    assert stat.S_IMODE(Path(f"{DATABASE}.secret").stat().st_mode) == 0o600


def test_a_lost_secret_is_told_where_members_were_known_by_it(cli: CommandLine) -> None:
    cli("db", "upgrade")
    assert cli("chat", stdin=b"so funny\n").err == ""
    Path(f"{DATABASE}.secret").unlink()
    assert "earlier opt-outs no longer match" in cli("chat", stdin=b"so funny\n").err
    assert cli("chat").err == ""


def test_wrong_settings_and_an_unusable_database_are_one_line(cli: CommandLine) -> None:
    assert cli("chat", "--config", "none.toml").error == (
        "none.toml: cannot be read: No such file or directory"
    )
    Path(DATABASE).write_bytes(b"this is a diary, not a database" * 100)
    ended = cli("chat", stdin=b"so funny\n")
    assert (ended.status, ended.out) == (1, "")
    assert ended.error == f"{DATABASE}: file is not a database"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_line_is_handled_ends_the_reading_after_it(
    number: int, cli: CommandLine
) -> None:
    with Keyboard() as keyboard:
        os.kill(os.getpid(), number)
        assert keyboard.read_line() == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
