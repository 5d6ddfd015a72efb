"""``emoji-reactor retrain``: export, fine-tune, evaluate, gate, promote."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.export_progress import export_with_progress, select_exportable
from bot.cli.model.finetune import finetune_with_progress, select_fit
from bot.cli.model.gate_table import show_gate_report, write_gate_report
from bot.cli.options import (
    DEFAULT_RECIPE,
    ConfigFile,
    FullOption,
    ReactionsOption,
    RecipeOption,
    ThreadsOption,
    initialize,
    served_folder,
)
from bot.cli.recipe_option import read_optional_recipe
from bot.cli.training_extra import load_base_artifact
from bot.config.settings import Settings
from bot.dataset.export import ExportRequest
from bot.dataset.refresh import refresh_export
from bot.dataset.writers import Format
from bot.serving import promote as promote_artifact
from model import Predictor
from model.artifact import Artifact, update_manifest
from model.evaluation.bias_probes import run_bias_probes
from model.evaluation.card import write_card
from model.manifest import Comparison
from model.training.feedback.feedback_targets import read_feedback_targets
from model.training.feedback.gate import run_gate
from model.training.feedback.gate_report import Check
from model.training.recipe import Recipe

REPORT_FILE = "report.json"


def retrain(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Artifact and report; then the data goes.")
    ] = Path("runs/retrain"),
    recipe: RecipeOption = DEFAULT_RECIPE,
    full: FullOption = False,
    reactions: ReactionsOption = False,
    promote: Annotated[
        bool, typer.Option(help="Serve the candidate if it passes the gate.")
    ] = True,
    threads: ThreadsOption = 2,
    config: ConfigFile = None,
) -> None:
    """Learn from feedback: export, fine-tune, compare, and serve what is better.

    Learns from texts whose authors agreed, and still do. The same command goes on after an
    interruption. Exit status 1 if the candidate is refused. For several devices:
    accelerate launch -m bot retrain --full

    Example: emoji-reactor retrain --threads 2
    """
    finetune = select_fit(full=full, reactions=reactions)
    settings, _ = initialize(config)
    source = load_base_artifact(served_folder(config))
    loaded_recipe = read_optional_recipe(recipe)
    from model.training.fitting.processes import is_main_process, wait_for_all  # torch

    if is_main_process():
        refresh_dataset(settings, out)
    wait_for_all()
    dataset = out / "dataset"
    candidate = finetune_with_progress(
        source, dataset, out, loaded_recipe, finetune=finetune, threads=threads
    )
    if not is_main_process():
        return
    passed = _passes_gate(source, candidate, out, loaded_recipe)
    shutil.rmtree(dataset)  # people's feedback stays in the database alone
    if (out / "fit").exists():  # a reaction head has no checkpoint
        shutil.rmtree(out / "fit")
    if not passed:
        raise typer.Exit(1)
    if promote:
        promoted = promote_artifact(settings.model, candidate.folder)
        typer.echo(f"{promoted.version} is served from {promoted.folder}")


def refresh_dataset(settings: Settings, out: Path) -> None:
    """Export into ``out/dataset``.

    The export of an interrupted run is kept unless a member was erased since; then the fit begins
    anew.
    """
    request = ExportRequest(select_exportable(settings.privacy), (Format.JSONL,))
    fresh = out / "fresh"
    asyncio.run(export_with_progress(settings, request, fresh))
    if refresh_export(out / "dataset", fresh):
        shutil.rmtree(out / "fit", ignore_errors=True)


def _passes_gate(source: Artifact, candidate: Artifact, out: Path, recipe: Recipe | None) -> bool:
    targets = read_feedback_targets(out / "dataset", "test")
    report = run_gate(source, candidate, targets, recipe)
    write_gate_report(report, out / REPORT_FILE)
    _write_card(candidate, report.checks)
    show_gate_report(report)
    return report.passed


def _write_card(candidate: Artifact, checks: Sequence[Check]) -> None:
    """Write the candidate's card with the comparisons of the gate."""
    record = candidate.manifest.feedback
    assert record is not None  # noqa: S101 - fine-tuned on feedback just now
    comparisons = tuple(
        Comparison(
            split=check.split,
            figure=check.figure,
            texts=check.texts,
            before=check.before,
            after=check.after,
            interval=check.interval,
        )
        for check in checks
    )
    write_card(
        update_manifest(
            candidate.folder,
            feedback=record.model_copy(update={"comparisons": comparisons}),
            bias_probes=run_bias_probes(Predictor(candidate)),
        )
    )
