"""``emoji-reactor model card``: what there is to know about an artifact, for people."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer


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
    from model import Predictor, artifact
    from model.evaluation.bias_probes import run_bias_probes
    from model.evaluation.card import brief, write_card

    facts: dict[str, Any] = {"probes": run_bias_probes(Predictor(artifact.load(folder))).as_dict()}
    if figures is not None:
        facts["figures"] = brief(_read(figures))
    if base is not None:
        facts["base"] = base
    typer.echo(write_card(artifact.update_manifest(folder, facts)))


def _read(path: Path) -> list[dict[str, Any]]:
    """Rows of figures.

    Raises:
        BadParameter: the file is not what ``model evaluate --json`` writes.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        good = all({"split", "ranker", "figures"} <= set(row) for row in rows)
    except (ValueError, TypeError):
        good = False
    if not good:
        raise typer.BadParameter(
            f"{path} is not what model evaluate --json writes", param_hint="--figures"
        )
    checked: list[dict[str, Any]] = rows
    return checked
