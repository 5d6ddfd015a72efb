"""The benchmarks can be imported and started, as they are run by hand only."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

import benchmarks
from benchmarks.command_line import run_benchmark
from model.artifact import ArtifactError
from model.training.recipe import RecipeError

ROOT = Path(__file__).parents[1]
_NAMED = re.compile(r"python -m benchmarks\.(\w+)")


def test_every_benchmark_can_be_imported() -> None:
    names = [f"benchmarks.{module.name}" for module in pkgutil.iter_modules(benchmarks.__path__)]
    assert "benchmarks.latency" in names
    result = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(names)}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_benchmarks_that_texts_name_can_be_run() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.md", "*.py", "*.toml", "*.html", "Makefile"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in tracked]
    named = {name for text in texts for name in _NAMED.findall(text)}
    assert "latency" in named
    for name in named:
        folder = ROOT / "benchmarks" / name
        file = folder / "__main__.py" if folder.is_dir() else folder.with_suffix(".py")
        assert "run_benchmark(main)" in file.read_text(encoding="utf-8"), name


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (FileNotFoundError(2, "No such file or directory", "tweets.parquet"), "tweets.parquet is"),
        (FileNotFoundError("tweets.parquet"), "tweets.parquet is missing"),
        (RecipeError("source tweets: no file tweets.parquet"), "source tweets: no file"),
        (ArtifactError("org/model: cannot be loaded"), "org/model"),
        (OSError("We couldn't connect\nCheck your connection"), "We couldn't connect$"),
    ],
)
def test_what_is_missing_is_said_in_one_line(error: Exception, line: str) -> None:
    def main() -> None:
        raise error

    with mock.patch.object(sys, "argv", ["benchmark"]), pytest.raises(SystemExit, match=line):
        run_benchmark(main)


def test_other_errors_keep_their_traceback() -> None:
    def main() -> None:
        raise PermissionError(13, "Permission denied", "tweets.parquet")

    with mock.patch.object(sys, "argv", ["benchmark"]), pytest.raises(PermissionError):
        run_benchmark(main)
