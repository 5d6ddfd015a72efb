"""``model train``: wrong options are one line, before any work."""

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

torch = pytest.importorskip("torch")


def test_a_missing_gpu_is_named_with_the_remedy(
    cli: CommandLine, recipe_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    out = tmp_path / "run"
    result = cli(
        "model", "train", "--recipe", str(recipe_file), "--device", "cuda", "--out", str(out)
    )
    assert result.status == 1
    assert "--device cuda: torch cannot use a GPU here" in result.error
    assert "\n" not in result.error.strip()
    assert not out.exists()


def test_a_missing_base_folder_is_named_with_the_remedy(
    cli: CommandLine, recipe_file: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.toml"
    text = recipe_file.read_text(encoding="utf-8")
    recipe.write_text(text.replace("[fit]", '[fit]\nbase = "../runs/gone"'), encoding="utf-8")
    result = cli("model", "train", "--recipe", str(recipe))
    assert result.status == 1
    assert "runs/gone; train it first, or name another base (--base)" in result.error
