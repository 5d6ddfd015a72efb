"""``emoji-reactor predict``: texts in, emojis out, without a database or a platform."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, served
from bot.cli.output import reader_may_leave

if TYPE_CHECKING:
    from model import Prediction


def predict(
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT...", help="Texts; without any, lines of standard input."),
    ] = None,
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Emojis for each text.")] = 5,
    candidates: Annotated[
        str | None,
        typer.Option(metavar="telegram|FILE", help="Choose among these only, one a line."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="PATH|HUB_ID", help="Another artifact or classifier.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the emojis that fit each text, best first.

    Example: emoji-reactor predict "we won the cup!!" --candidates telegram --json
    """
    allowed = None if candidates is None else read_candidates(candidates)
    from bot.cli.model_option import open_model
    from model.text import replace_surrogates

    predictor = open_model(model or served())
    with reader_may_leave():
        for text in map(replace_surrogates, texts or _lines()):
            top = predictor.predict([text], top_k, allowed)[0]
            line = as_object(text, predictor.version, top) if as_json else as_line(top)
            typer.echo(line)


def as_object(text: str, version: str, predictions: "Iterable[Prediction]") -> str:
    """One JSON object on one line."""
    top = [{"emoji": p.emoji, "score": round(p.score, 6)} for p in predictions]
    return json.dumps({"text": text, "model": version, "predictions": top}, ensure_ascii=False)


def as_line(predictions: "Iterable[Prediction]") -> str:
    """Emojis and scores for people."""
    return "  ".join(f"{p.emoji} {p.score:.2f}" for p in predictions) or "nothing to say"


def read_candidates(name: str) -> frozenset[str]:
    """Canonical emojis: Telegram's, or those in a file, one a line.

    Raises:
        ConfigError: the file cannot be read or holds something else.
    """
    from bot.config.settings import ConfigError
    from model.emoji import TELEGRAM_REACTIONS, canonical_set, is_emoji

    if name == "telegram":
        return frozenset(TELEGRAM_REACTIONS)
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise ConfigError(f"--candidates {name}: cannot be read: {error.strerror}") from None
    except ValueError:  # no UTF-8, or a null character in the name
        raise ConfigError(f"--candidates {name}: not a text file in UTF-8") from None
    emojis = []
    for number, line in enumerate(lines, 1):
        emoji = line.strip()
        custom = len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":")
        if emoji and not custom and not is_emoji(emoji):
            raise ConfigError(f"--candidates {name}: line {number} is not an emoji")
        emojis += [emoji] if emoji else []
    if not emojis:
        raise ConfigError(f"--candidates {name}: holds no emoji")
    return canonical_set(emojis)


def _lines() -> Iterator[str]:
    if sys.stdin is None:  # closed by the caller
        return
    if sys.stdin.isatty():
        typer.echo("Reading lines from the keyboard; Ctrl-D ends.", err=True)
    for line in sys.stdin:
        yield line.rstrip("\r\n")
