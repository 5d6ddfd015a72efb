"""The benchmarks can be imported, as they are run by hand only."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import benchmarks


def test_every_benchmark_can_be_imported() -> None:
    names = [f"benchmarks.{module.name}" for module in pkgutil.iter_modules(benchmarks.__path__)]
    assert "benchmarks.latency" in names
    result = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(names)}"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
