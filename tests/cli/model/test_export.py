"""``emoji-reactor model export``."""

import json
import shutil
from pathlib import Path

from huggingface_hub import ModelCard

from model import artifact_source
from model.artifact import LAYOUT, load
from model.training.layouts.layout_format import LayoutFormat
from tests.cli.conftest import CommandLine

ROW = {
    "format": "onnx",
    "read_by": "optimum-onnx 1",
    "split": "tweets",
    "texts": 1000,
    "hit_5": 0.5,
    "predictor_hit_5": 0.25,
    "same_five": 0.75,
    "common": 0.875,
}


def test_the_card_says_how_to_load_the_form_and_what_it_reached(
    cli: CommandLine, tiny_artifact: Path, tmp_path: Path
) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps([{"version": load(tiny_artifact).version, **ROW}]))
    result = cli("model", "export", "out", "--format", "onnx", "--figures", str(figures))
    assert result.status == 0, result.err
    names = {line.split()[1] for line in result.out.splitlines()}
    assert names == {
        *("README.md", "config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json")
    }
    card = ModelCard.load("out/README.md")
    assert card.data.library_name == "onnx"
    assert "ORTModelForSequenceClassification" in card.text
    assert "SentenceTransformer" not in card.text
    assert "| tweets | 1,000 | 50.0 | 25.0 | 75.0 | 87.5 |" in card.text


def test_figures_of_another_version_are_refused(cli: CommandLine, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps([{"version": "old-12345678", **ROW}]))
    result = cli("model", "export", "out", "--format", "onnx", "--figures", str(figures))
    assert result.status == 2
    assert "has figures of another version" in result.error


def test_an_artifact_brings_the_figures_of_its_own_version(
    cli: CommandLine, tiny_artifact: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_artifact, tmp_path / "artifact"))
    rows = [
        {**ROW, "version": load(folder).version},
        {**ROW, "version": "old-12345678", "split": "former_split"},
    ]
    (folder / LAYOUT.layout_figures).write_text(json.dumps(rows))
    result = cli("model", "export", "out", "--model", str(folder), "--format", "onnx")
    assert result.status == 0, result.err
    card = ModelCard.load("out/README.md").text
    assert "| tweets | 1,000 | 50.0 |" in card
    assert "former_split" not in card


def test_the_figures_of_the_shipped_artifact_are_its_own() -> None:
    shipped = load(artifact_source.locate(None))
    rows = json.loads((shipped.folder / LAYOUT.layout_figures).read_bytes())
    assert {row["version"] for row in rows} == {shipped.version}
    assert {row["format"] for row in rows} == set(LayoutFormat)


def test_a_folder_with_files_is_left_alone(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = cli("model", "export", str(tmp_path), "--format", "onnx")
    assert result.status == 2
    assert "is not empty; choose a new folder" in result.error
