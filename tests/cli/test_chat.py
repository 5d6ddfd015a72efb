"""``emoji-reactor chat`` with piped input: output and stored rows."""

import os
import signal
import stat
from pathlib import Path

import pytest

from bot.cli.chat import Keyboard
from tests.cli.conftest import CommandLine
from tests.cli.stored_rows import DATABASE, query, stored_feedback, stored_outcomes


def test_a_message_is_answered_and_stored_without_its_text(cli: CommandLine) -> None:
    result = cli("chat", stdin=b"so funny\n")
    assert result.status == 0
    five, decision = result.out.splitlines()
    assert five.startswith("😂 0.")
    assert len(five.split("  ")) == 5
    assert decision == "reacted with 😂"
    assert stored_outcomes() == [("😂", None)]
    stored = b"".join(file.read_bytes() for file in Path.cwd().iterdir())
    assert b"so funny" not in stored


@pytest.mark.parametrize(
    ("text", "confirmation", "row"),
    [
        ("+", "agree 😂", ("agree", "😂")),
        ("-", "dislike 😂", ("dislike", "😂")),
        ("1", "agree 😂", ("agree", "😂")),
        ("😂", "agree 😂", ("agree", "😂")),
        ("❤️", "correct ❤", ("correct", "❤")),
        ("👍🏽", "correct 👍", ("correct", "👍")),
    ],
)
def test_the_next_line_can_be_feedback(
    cli: CommandLine, text: str, confirmation: str, row: tuple[str, str]
) -> None:
    result = cli("chat", stdin=f"so funny\n{text}\n".encode())
    assert result.out.splitlines()[-1] == f"noted: {confirmation}"
    assert stored_feedback() == [row]
    assert len(stored_outcomes()) == 1


def test_a_number_picks_one_of_the_five(cli: CommandLine) -> None:
    result = cli("chat", stdin=b"so funny\n3\n")
    third = result.out.splitlines()[0].split("  ")[2][0]
    assert stored_feedback() == [("correct", third)]


def test_repeated_feedback_is_stored_once(cli: CommandLine) -> None:
    cli("chat", stdin=b"so funny\n+\n+\n1\n-\n")
    assert stored_feedback() == [("agree", "😂"), ("dislike", "😂")]


def test_other_lines_are_messages(cli: CommandLine) -> None:
    result = cli("chat", stdin=b"+\nso funny\n6\n++\n\n   \n42\n")
    assert result.status == 0
    # A + before any outcome has nothing to agree with.
    assert stored_outcomes()[:2] == [("", "no_prediction"), ("😂", None)]
    assert len(stored_outcomes()) == 5
    assert stored_feedback() == []


def test_the_skip_reason_is_shown(cli: CommandLine) -> None:
    result = cli("chat", stdin="🙏🙏\nthe and of\n".encode())
    assert "silent because no prediction" in result.out
    assert "silent because below threshold" in result.out
    assert [skip for _, skip in stored_outcomes()] == ["no_prediction", "below_threshold"]


def test_rate_limits_do_not_apply_to_the_chat(cli: CommandLine) -> None:
    Path("config.toml").write_text(
        "[reactions]\nchance = 0.0\ncooldown_seconds = 60\nmax_per_minute = 1\n"
    )
    cli("chat", stdin=b"so funny\n" * 5)
    assert stored_outcomes() == [("😂", None)] * 5


def test_invalid_utf8_is_accepted(cli: CommandLine) -> None:
    noise = bytes(byte for byte in range(256) if byte not in b"\r\n")
    result = cli("chat", stdin=noise + b"\nfunny\xff\xfe\n" + b"x" * 100_000 + b"\nso funny")
    assert (result.status, result.err) == (0, "")
    assert len(stored_outcomes()) == 4
    assert stored_outcomes()[-1] == ("😂", None)


def test_the_member_is_stored_as_a_keyed_hash(cli: CommandLine) -> None:
    cli("chat", stdin=b"so funny\n+\n")
    [(author, actor)] = query("select author, actor from prediction join feedback")
    assert author == actor
    assert len(str(author)) == 32
    assert stat.S_IMODE(Path(f"{DATABASE}.secret").stat().st_mode) == 0o600


def test_a_lost_secret_is_reported_if_members_were_stored(cli: CommandLine) -> None:
    cli("db", "upgrade")
    assert cli("chat", stdin=b"so funny\n").err == ""
    Path(f"{DATABASE}.secret").unlink()
    assert "earlier opt-outs no longer match" in cli("chat", stdin=b"so funny\n").err
    assert cli("chat").err == ""


def test_invalid_settings_and_databases_are_one_line_errors(cli: CommandLine) -> None:
    assert cli("chat", "--config", "none.toml").error == (
        "none.toml: cannot be read: No such file or directory"
    )
    Path(DATABASE).write_bytes(b"this is a diary, not a database" * 100)
    result = cli("chat", stdin=b"so funny\n")
    assert (result.status, result.out) == (1, "")
    assert result.error == f"{DATABASE}: file is not a database"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_line_is_handled_ends_the_input(number: int, cli: CommandLine) -> None:
    with Keyboard() as keyboard:
        os.kill(os.getpid(), number)
        assert keyboard.read_line() == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
