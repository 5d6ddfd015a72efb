"""The log: one line a record, neither secrets nor what people wrote."""

import json
import logging
import threading
import warnings

import pytest

from bot import log
from bot.core.errors import StoreFailed
from bot.log import repeats
from bot.log.repeats import MAX_VARIANTS, RepeatLimiter

TELEGRAM = "123456789:AAEhBOweik6ad6PsEzwUFHJkl098765432-_"
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs1234567"


pytestmark = pytest.mark.usefixtures("own_log")


@pytest.mark.parametrize("style", ["plain", "json", "auto"])
def test_secrets_are_struck_out(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", style, ["opensesame"])
    logging.getLogger("bot.x").info("see %s and %s, %s", TELEGRAM, DISCORD, "opensesame")
    written = capsys.readouterr().err
    assert written.count(log.REDACTED) == 3
    assert not any(secret in written for secret in (TELEGRAM, DISCORD, "opensesame"))


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")
    logging.getLogger("bot.x").warning("two\nlines 😂 \ud800")
    [line] = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert (record["level"], record["logger"]) == ("warning", "bot.x")
    assert record["message"] == "two\nlines 😂 \ud800"


@pytest.mark.parametrize("level", ["debug", "info"])
def test_libraries_stay_at_warning(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(level, "plain")
    for name in ("httpx", "telegram.ext", "discord.gateway", "alembic.runtime", "sqlalchemy"):
        logging.getLogger(name).info("POST https://api.telegram.org/bot%s/getMe", TELEGRAM)
    assert not capsys.readouterr().err
    logging.getLogger("httpx").warning("slow")
    assert "slow" in capsys.readouterr().err


@pytest.mark.parametrize("level", ["debug", "info"])
def test_exceptions_show_places_and_never_values(
    level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(level, "plain")
    try:
        raise ValueError("I told nobody but you")
    except ValueError:
        logging.getLogger("bot.x").exception("failed")
    written = capsys.readouterr().err
    assert "ValueError at test_log.py:" in written
    assert "nobody" not in written
    assert (len(written.splitlines()) > 1) == (level == "debug")


def test_our_own_errors_are_told_in_their_words() -> None:
    assert log.describe(StoreFailed("disk full")) == "disk full"
    assert log.describe(KeyError("disk full")) == "KeyError"


SECRET = "my neighbour Ann"


@pytest.mark.parametrize("style", ["plain", "json", "auto"])
@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("processing %s failed", (SECRET,)),
        ("processing %(update)s failed", ({"update": SECRET},)),
        ("processing %r failed", ([SECRET],)),
        ("processing %s failed", (ValueError(SECRET),)),
        (f"task failed\nfuture: <Task exception=ValueError('{SECRET}')>", ()),
        ("x" * 1_000_000 + SECRET, ()),
        ("%s" * 200 + SECRET, ("x",)),
    ],
)
def test_no_library_quotes_what_somebody_wrote(
    style: str, message: str, arguments: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure("debug", style)
    logging.getLogger("library.x").error(message, *arguments)
    written = capsys.readouterr().err
    assert "Ann" not in written
    assert "failed" in written or "x" in written
    assert len(written) < 1_000


def test_numbers_of_libraries_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "plain")
    logging.getLogger("discord.gateway").warning("shard %d is %.1f s late in %s", 3, 41.5, SECRET)
    assert f"shard 3 is 41.5 s late in {log.ELIDED}\n" in capsys.readouterr().err


def test_our_own_records_are_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "plain")
    logging.getLogger("bot.x").error("%s", "y" * 1_000_000)
    written = capsys.readouterr().err
    assert len(written) < 5_000
    assert written.endswith("more characters)\n")


def test_warnings_of_libraries_are_told_by_class_and_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log.configure("info", "plain")
        warnings.warn(f"unexpected input: {SECRET}", UserWarning, stacklevel=1)
    written = capsys.readouterr().err
    assert "UserWarning at test_log.py:" in written
    assert "Ann" not in written


def test_areas_have_levels_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "plain", levels={"telegram": "debug", "database": "error"})
    log.configure("info", "plain", levels={"telegram": "debug", "model": "error"})
    for name in ("bot.adapters.telegram.inbox", "bot.adapters.discord.inbox", "bot.app"):
        logging.getLogger(name).debug("%s is told", name)
    for name in ("bot.database.engine", "model.registry"):
        logging.getLogger(name).warning("%s warns", name)
    lines = [line.split(": ", 1)[1] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["bot.adapters.telegram.inbox is told", "bot.database.engine warns"]


def test_repeats_of_a_warning_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "plain")
    logger = logging.getLogger("bot.x")
    for _ in range(43):
        logger.warning("%s failed", "the store")
    logger.info("another line")
    logger.info("another line")
    assert len(capsys.readouterr().err.splitlines()) == 3
    [limiter] = logging.getLogger().handlers
    assert isinstance(limiter, RepeatLimiter)
    limiter.write_held()
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("bot.x: the store failed (and 41 more in the last minute)")
    limiter.write_held()
    assert not capsys.readouterr().err
    logger.warning("%s failed", "the store")
    assert capsys.readouterr().err.endswith("bot.x: the store failed\n")


def test_a_flood_of_different_warnings_of_one_kind_is_bounded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", "json")
    for number in range(500):
        logging.getLogger("bot.x").warning("update %d cannot be read", number)
    logging.getLogger("bot.x").error("update %d cannot be read", 500)
    logging.getLogger().handlers[0].close()
    messages = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert messages == [
        *(f"update {number} cannot be read" for number in range(MAX_VARIANTS)),
        "update 500 cannot be read",
        f"update 499 cannot be read (and {499 - MAX_VARIANTS} more in the last minute)",
    ]


def test_held_repeats_are_written_after_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "WINDOW_SECONDS", 0.0)
    written = threading.Event()
    write_held = RepeatLimiter.write_held

    def write_and_tell(limiter: RepeatLimiter) -> None:
        write_held(limiter)
        written.set()

    monkeypatch.setattr(RepeatLimiter, "write_held", write_and_tell)
    log.configure("info", "plain")
    logger = logging.getLogger("bot.x")
    logger.warning("slow")
    assert written.wait(20)
    assert capsys.readouterr().err.count("slow") == 1


def test_kinds_of_warnings_are_bounded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "MAX_KINDS", 5)
    log.configure("info", "plain")
    logger = logging.getLogger("bot.x")
    for number in range(20):
        for _ in range(2):
            logger.warning(f"kind {number}")
    logging.getLogger().handlers[0].close()
    assert capsys.readouterr().err.count("kind") == 40
