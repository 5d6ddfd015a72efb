"""``emoji-reactor model card``."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from model import Predictor, artifact
from model.evaluation.bias_probes import run_bias_probes
from model.evaluation.card import measured, write_card
from model.figures import EvaluationResult


def card(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The artifact.", exists=True, file_okay=False)
    ],
    figures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="What `model evaluate --json` wrote; default: what the manifest holds.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="HUB_ID", help="What the base checkpoint is called on the Hub."),
    ] = None,
) -> None:
    """Write an artifact's model card, README.md, from its manifest and its figures.

    Bias probes are measured on the spot; they and the figures go to the manifest too.

    Example: emoji-reactor model evaluate --json > figures.json && emoji-reactor model card
    model/default --figures figures.json
    """
    loaded = artifact.load(folder)
    results = None if figures is None else _read_results(figures, loaded.version)
    changes: dict[str, object] = {"bias_probes": run_bias_probes(Predictor(loaded))}
    if results is not None:
        changes["figures"] = tuple(result.summary() for result in results)
    if base is not None:
        changes["base"] = base
    typer.echo(write_card(artifact.update_manifest(folder, **changes)))


def _read_results(path: Path, version: str) -> list[EvaluationResult]:
    """Read the results that ``model evaluate --json`` wrote for this version.

    Raises:
        BadParameter: the file is not what ``model evaluate --json`` writes, or has a split that
            this version was not measured on.
    """
    try:
        results = TypeAdapter(list[EvaluationResult]).validate_json(path.read_bytes())
    except ValidationError:
        raise typer.BadParameter(
            f"{path} is not what model evaluate --json writes", param_hint="--figures"
        ) from None
    if len(measured(results, version)) < len(results):
        raise typer.BadParameter(
            f"{path} has figures of another version than {version};"
            " measure this one: model evaluate --model FOLDER --json",
            param_hint="--figures",
        )
    return results
