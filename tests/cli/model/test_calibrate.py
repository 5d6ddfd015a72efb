"""``emoji-reactor model calibrate``."""

import shutil
from pathlib import Path

from model.artifact import LAYOUT, load, update_manifest
from model.figures import EvaluationResult, LatencyFigures
from tests.cli.conftest import CommandLine


def test_an_artifact_is_calibrated_and_its_figures_are_dropped(
    cli: CommandLine, tiny_artifact: Path, recipe_file: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_artifact, tmp_path / "mine"))
    figures = LatencyFigures(texts=1, threads=1, p50=1.0, p99=1.0)
    result = EvaluationResult(split="label", ranker=load(folder).version, figures=figures)
    before = update_manifest(folder, figures=(result,), threshold=0.9)
    command = ("model", "calibrate", str(folder), "--recipe", str(recipe_file))
    done = cli(*command)
    assert done.status == 0, done.err
    after = load(folder)
    assert after.manifest.sha256[LAYOUT.encoder] == before.manifest.sha256[LAYOUT.encoder]
    assert after.manifest.figures == ()
    assert after.manifest.threshold_precision is not None
    assert after.manifest.threshold < 0.9
    assert f"confidence threshold {after.manifest.threshold:g}" in " ".join(done.out.split())
    # Nothing is left to calibrate.
    assert cli(*command).out == done.out
