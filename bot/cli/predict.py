"""``emoji-reactor predict``: predictions without a database or a platform."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.open_model import open_model
from bot.cli.options import AsJson, served_folder
from bot.cli.output import ignore_broken_pipe
from bot.config.errors import ConfigError
from model import Prediction
from model.emoji import TELEGRAM_REACTIONS, canonical_set, is_emoji
from model.text import replace_surrogates


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
    authors: Annotated[
        bool,
        typer.Option("--authors", help="What authors write, whatever people keep as a reaction."),
    ] = False,
    as_json: AsJson = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--input", metavar="DATA", help="A .jsonl, .csv or .parquet file, or a folder of them."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DATA", help="A folder for them with predictions, in parts."),
    ] = None,
    column: Annotated[str, typer.Option(help="The column of the texts of --input.")] = "text",
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Work on a Ray cluster; needs the extra cluster.")
    ] = False,
) -> None:
    """Show the emojis that fit each text, best first; or predict for files of any size.

    The same command again goes on where a run for files was stopped.

    Example: emoji-reactor predict "we won the cup!!" --candidates telegram --json
    """
    if (source is None) != (output is None) or (source is None and cluster):
        raise typer.BadParameter("--input and --output belong together, and --cluster to them")
    if source is not None and authors:
        raise typer.BadParameter("--authors is for TEXT, not for --input")
    allowed = None if candidates is None else read_candidates(candidates)
    if source is not None and output is not None:
        from bot.cli.bulk_progress import predict_files

        rows = predict_files(
            source,
            output,
            column=column,
            top_k=top_k,
            candidates=allowed,
            model=model or served_folder(),
            cluster=cluster,
        )
        typer.echo(f"{rows} rows predicted into {output}", err=True)
        return
    predictor = open_model(model or served_folder(), authors=authors)
    with ignore_broken_pipe():
        for text in map(replace_surrogates, texts or _read_lines()):
            top = predictor.predict([text], top_k, allowed)[0]
            line = format_json(text, predictor.version, top) if as_json else format_line(top)
            typer.echo(line)


def format_json(text: str, version: str, predictions: Iterable[Prediction]) -> str:
    """Format predictions as one JSON object on one line."""
    top = [{"emoji": p.emoji, "score": round(p.score, 6)} for p in predictions]
    return json.dumps({"text": text, "model": version, "predictions": top}, ensure_ascii=False)


def format_line(predictions: Iterable[Prediction]) -> str:
    """Format predictions for people."""
    return "  ".join(f"{p.emoji} {p.score:.2f}" for p in predictions) or "nothing to say"


def read_candidates(name: str) -> frozenset[str]:
    """Return canonical emojis: Telegram's, or those in a file, one a line.

    Raises:
        ConfigError: the file cannot be read or holds something else.
    """
    if name == "telegram":
        return frozenset(TELEGRAM_REACTIONS)
    emojis = [_check_emoji(line.strip(), number, name) for number, line in _number_lines(name)]
    if not any(emojis):
        raise ConfigError(f"--candidates {name}: holds no emoji")
    return canonical_set(filter(None, emojis))


def _number_lines(name: str) -> Iterator[tuple[int, str]]:
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"--candidates {name}: cannot be read: {error.strerror}") from None
    except ValueError:  # not UTF-8, or a null character in the name
        raise ConfigError(f"--candidates {name}: not a text file in UTF-8") from None
    return enumerate(text.split("\n"), 1)


def _check_emoji(text: str, number: int, name: str) -> str:
    """Return an emoji, ``:name:`` or an empty line as it is, and refuse all else."""
    is_custom = len(text) > 2 and text.startswith(":") and text.endswith(":")
    if text and not is_custom and not is_emoji(text):
        raise ConfigError(f"--candidates {name}: line {number} is not an emoji")
    return text


def _read_lines() -> Iterator[str]:
    if sys.stdin is None:  # closed by the caller
        return
    if sys.stdin.isatty():
        typer.echo("Reading lines from the keyboard; Ctrl-D ends.", err=True)
    for line in sys.stdin:
        yield line.rstrip("\r\n")
