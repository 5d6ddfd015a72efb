"""``emoji-reactor retrain``: export, fit, evaluate, gate, promote."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.export_progress import exported, selection
from bot.cli.finetune import Full, Threads, fitted, recipe_at, source_of
from bot.cli.options import ConfigFile, served, start
from bot.cli.training_extra import DEFAULT_RECIPE, RecipeOption

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from model.artifact import Artifact
    from model.training.feedback.gate_report import Check
    from model.training.recipe import Recipe

REPORT = "report.json"


def retrain(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Artifact and report; then the data goes.")
    ] = Path("runs/retrain"),
    recipe: RecipeOption = DEFAULT_RECIPE,
    full: Full = False,
    promote: Annotated[
        bool, typer.Option(help="Serve the candidate where it passes the gate.")
    ] = True,
    threads: Threads = 2,
    config: ConfigFile = None,
) -> None:
    """Learn from feedback: export, fit, compare, and serve what is better.

    Learns from texts whose authors agreed, and still do. The same command goes on after an
    interruption. Exit status 1 where the candidate is refused. For several devices:
    accelerate launch -m bot retrain --full

    Example: emoji-reactor retrain --threads 2
    """
    settings, _ = start(config)
    source, read = source_of(served(config)), recipe_at(recipe)
    from model.training.fitting.processes import is_main_process, wait_for_all

    if is_main_process():
        renewed(settings, out)
    wait_for_all()
    made = fitted(source, out / "dataset", out, read, full=full, threads=threads)
    if not is_main_process():
        return
    passed = _judged(source, made, out, read)
    for done in ("dataset", "fit"):  # what people said stays in the database alone
        shutil.rmtree(out / done)
    if not passed:
        raise typer.Exit(1)
    if promote:
        from bot.serving import open_registry

        taken = open_registry(settings.model).promote(made.folder)
        typer.echo(f"{taken.version} is served from {taken.folder}")


def renewed(settings: "Settings", out: Path) -> None:
    """Export into ``out/dataset``; an interrupted run's export stays while all of it is given."""
    from bot.dataset.export import ExportRequest
    from bot.dataset.refresh import refresh_export
    from bot.dataset.writers import Format

    order = ExportRequest(selection(settings.privacy), (Format.JSONL,))
    fresh = out / "fresh"
    asyncio.run(exported(settings.database.url, order, fresh))
    if refresh_export(out / "dataset", fresh):
        shutil.rmtree(out / "fit", ignore_errors=True)


def _judged(source: "Artifact", made: "Artifact", out: Path, recipe: "Recipe | None") -> bool:
    from bot.cli.gate_table import show_verdict, write_verdict
    from model.training.feedback.feedback_targets import read_feedback_targets
    from model.training.feedback.gate import run_gate

    verdict = run_gate(source, made, read_feedback_targets(out / "dataset", "test"), recipe)
    write_verdict(verdict, out / REPORT)
    _describe(made, verdict.checks)
    show_verdict(verdict)
    return verdict.passed


def _describe(made: "Artifact", checks: "Sequence[Check]") -> None:
    """The card, with what was compared."""
    from model import Predictor
    from model.artifact import update_manifest
    from model.evaluation.bias_probes import run_bias_probes
    from model.evaluation.card import write_card
    from model.manifest import Comparison

    record = made.manifest.feedback
    assert record is not None  # noqa: S101 - fitted on feedback just now
    compared = tuple(
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
            made.folder,
            feedback=record.model_copy(update={"comparisons": compared}),
            bias_probes=run_bias_probes(Predictor(made)),
        )
    )
