"""The command line of a benchmark, which says in one line what is missing."""

from collections.abc import Callable

import typer

from model.artifact import ArtifactError
from model.training.recipe import RecipeError


def run_benchmark(main: Callable[..., None]) -> None:
    """Run a benchmark by its options.

    Raises:
        SystemExit: a file, an artifact or a base checkpoint is missing; with one line.
    """
    try:
        typer.run(main)
    except FileNotFoundError as error:
        raise SystemExit(f"{error.filename or error} is missing") from None
    except (ArtifactError, RecipeError) as error:
        raise SystemExit(str(error)) from None
    except OSError as error:
        if error.errno is not None:
            raise
        # transformers raises it without a number, in several lines, if the Hub does not answer.
        raise SystemExit(str(error).partition("\n")[0]) from None
