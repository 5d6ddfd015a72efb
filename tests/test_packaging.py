"""The house as a whole: what is loaded, what travels in the wheel, which keys there are."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.cli.init.deployment.compose import FILES
from bot.cli.init.deployment.systemd import UNIT
from model.artifact import LAYOUT, load
from model.evaluation.card import card_of
from tests.conftest import VARIABLE_PREFIXES

ROOT = Path(__file__).parent.parent
TRAINING = ("torch", "accelerate", "transformers", "datasets", "sklearn", "matplotlib", "onnx")
PLATFORMS = ("discord", "telegram")
HEADROOM = 45_000_000
"""Largest size of the artifact that ships, in bytes."""


def run(*arguments: str, folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Python on the modules in ``path`` alone, whatever else is installed in this checkout."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(VARIABLE_PREFIXES)
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )


def loaded_by(statement: str, folder: Path) -> set[str]:
    """The packages that are loaded after a statement in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(run("-c", code, folder=folder, path=ROOT).stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import bot.app.run",
        "import bot.app.run, bot.adapters.discord, bot.adapters.telegram, bot.adapters.console",
        "from model import Predictor; Predictor.load().predict(['so funny'])",
    ],
)
def test_serving_leaves_training_unloaded(statement: str, tmp_path: Path) -> None:
    loaded = loaded_by(statement, tmp_path)
    assert "model" in loaded
    assert loaded & set(TRAINING) == set()


@pytest.mark.parametrize("statement", ["import bot.app.run", "import bot.cli"])
def test_platforms_are_loaded_where_they_are_started_only(statement: str, tmp_path: Path) -> None:
    assert loaded_by(statement, tmp_path) & set(PLATFORMS) == set()


def test_the_command_line_loads_next_to_nothing(tmp_path: Path) -> None:
    heavy = {"numpy", "onnxruntime", "sqlalchemy", "alembic", "pydantic", "tokenizers", "rich"}
    assert loaded_by("import bot.cli", tmp_path) & heavy == set()


def test_the_shipped_artifact_is_light() -> None:
    shipped = ROOT / "model" / "default"
    assert sum(file.stat().st_size for file in shipped.iterdir()) <= HEADROOM


def test_the_shipped_card_is_that_of_the_shipped_artifact() -> None:
    artifact = load(ROOT / "model" / "default")
    assert (artifact.folder / LAYOUT.card).read_text(encoding="utf-8") == card_of(artifact)
    assert artifact.manifest.figures


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as ``make wheel`` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    command = ("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    run(*command, folder=folder, path=ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_what_it_needs_and_nothing_else(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    needed = {
        f"model/default/{file}" for file in (*LAYOUT.hashed_files, LAYOUT.manifest, LAYOUT.card)
    }
    needed |= {f"model/default/{file}" for file in (LAYOUT.gravity, LAYOUT.gravity_network)}
    needed |= {"model/evaluation/card.md", "model/evaluation/sources.toml"}
    needed |= {"migrations/env.py", "migrations/script.py.mako", "model/emoji_names.json"}
    needed |= {"bot/config.example.toml", "model/emotag.csv", "demo/page/style.css"}
    needed |= {f"bot/deploy/{name}" for name in (UNIT, *FILES)}
    needed |= {f"migrations/versions/{f.name}" for f in (ROOT / "migrations/versions").glob("0*")}
    assert needed <= names
    tops = {name.partition("/")[0] for name in names}
    packages = {top for top in tops if not top.endswith(".dist-info")}
    assert packages == {"bot", "demo", "model", "migrations"}
    assert not any("__pycache__" in name or name.endswith(".db") for name in names)


@pytest.mark.slow
def test_the_wheel_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target")
    run(*pip, str(installed), str(wheel), folder=elsewhere, path=elsewhere)

    def call(*arguments: str) -> str:
        return run("-m", "bot", *arguments, folder=elsewhere, path=installed).stdout

    where = run("-c", "import bot; print(bot.__file__)", folder=elsewhere, path=installed).stdout
    assert Path(where.strip()).is_relative_to(installed)
    assert len(call("predict", "we won the cup!!").split("  ")) == 5
    assert (installed / "bin" / "emoji-reactor").exists()
    assert str(installed) in call("model", "info")
    assert "revision none" in call("db", "current")
    assert "revision none" not in call("db", "upgrade")
    assert call("feedback", "stats", "--json").startswith('{"predictions": 0')
    call("init", "--yes", "--deploy", "systemd")
    assert (elsewhere / "config.toml").read_bytes() == (ROOT / "config.example.toml").read_bytes()
    unit = (elsewhere / UNIT).read_text("utf-8")
    assert f" run --config {elsewhere / 'config.toml'}\n" in unit
    left = ["config.toml", "emoji-reactor.db", "emoji-reactor.db.lock", UNIT]
    assert sorted(file.name for file in elsewhere.iterdir()) == left
