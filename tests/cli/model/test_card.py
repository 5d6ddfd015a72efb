"""``emoji-reactor model card``: figures, licences and bias probes."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from model import Predictor
from model.artifact import LAYOUT, load, update_manifest
from model.evaluation.bias_probes import run_bias_probes
from model.evaluation.card import card_of
from model.figures import EvaluationResult
from tests.cli.conftest import CommandLine

ROWS: list[dict[str, Any]] = [
    {
        "split": "label",
        "ranker": "tiny",
        "figures": {"texts": 1234, "hit_1": 0.25, "hit_1_interval": [0.2, 0.3],
                    "hit_5": 0.5, "hit_5_interval": [0.4, 0.6],
                    "macro_recall_5": 0.125, "macro_recall_5_interval": [0.1, 0.15],
                    "macro_f1": None, "calibration_error": 0.01, "distinct_5": 3,
                    "confusion": {"😂": {"😢": 1}}},
    },
    {"split": "label", "ranker": "tiny",
     "figures": {"texts": 9, "threads": 1, "p50": 1.5, "p99": 2.5}},
]  # fmt: skip


@pytest.fixture
def artifact(tiny_artifact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_artifact, tmp_path / "mine"))


def read_card(folder: Path) -> tuple[dict[str, Any], str]:
    _, head, body = (folder / LAYOUT.card).read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def write_figures(version: str, *more: dict[str, Any]) -> None:
    rows = [*({**row, "ranker": version} for row in ROWS), *more]
    Path("figures.json").write_text(json.dumps(rows), encoding="utf-8")


def test_the_card_has_the_figures(cli: CommandLine, artifact: Path) -> None:
    before = load(artifact)
    update_manifest(artifact, sources={"brighter": 4321, "our chat": 7}, base="/home/ann/base")
    write_figures(before.version)
    result = cli("model", "card", str(artifact), "--figures", "figures.json")
    assert result.status == 0, result.err
    head, body = read_card(artifact)
    assert "| 1,234 | 25.0 [20.0, 30.0] | 50.0 [40.0, 60.0] | 12.5 [10.0, 15.0] | - | - |" in body
    assert "| label | tiny" in body
    assert "| 1 | 1.50 |" in body
    assert "4,321 | CC BY 4.0" in body
    assert "| our chat | 7 | see its recipe |" in body
    assert "U+FE0F" in body
    assert "$" not in body
    assert "/home/ann" not in body + str(head)
    assert head["license"] == "apache-2.0"
    assert "base_model" not in head
    [index] = head["model-index"]
    values = {m["type"]: m["value"] for r in index["results"] for m in r["metrics"]}
    assert values == {"hit_1": 0.25, "hit_5": 0.5, "macro_recall_5": 0.125}


def test_version_and_checksums_stay_the_same(cli: CommandLine, artifact: Path) -> None:
    before = load(artifact)
    assert cli("model", "card", str(artifact), "--base", "org/encoder").status == 0
    after = load(artifact)
    assert (after.version, after.manifest.sha256) == (before.version, before.manifest.sha256)
    assert read_card(artifact)[0]["base_model"] == "org/encoder"
    (artifact / LAYOUT.card).write_text("# My own card\n", encoding="utf-8")
    load(artifact)


def test_figures_are_kept_for_the_next_card(cli: CommandLine, artifact: Path) -> None:
    write_figures(load(artifact).version)
    assert cli("model", "card", str(artifact), "--figures", "figures.json").status == 0
    first = read_card(artifact)
    assert "confusion" not in (artifact / LAYOUT.manifest).read_text(encoding="utf-8")
    assert cli("model", "card", str(artifact)).status == 0
    assert read_card(artifact) == first


def test_languages_have_rows_with_the_change_against_the_former_version(
    cli: CommandLine, artifact: Path
) -> None:
    version = load(artifact).version
    change = {"difference": 0.1, "interval": [0.05, 0.15]}
    part = {**ROWS[0], "language": "tr"}
    own = {**part, "ranker": version, "against": "old-12345678", "changes": {"hit_5": change}}
    write_figures(version, own, {**part, "ranker": "old-12345678"})
    assert cli("model", "card", str(artifact), "--figures", "figures.json").status == 0
    head, body = read_card(artifact)
    hits = "1,234 | 25.0 [20.0, 30.0] | 50.0 [40.0, 60.0]"
    assert f"| tr | label | {version} | {hits} | +10.0 [+5.0, +15.0] |" in body
    assert f"| tr | label | old-12345678 | {hits} | - |" in body
    assert body.count("| label | tiny") == 2 + 1  # its figures, its speed and its language
    assert head["language"] == ["tr", "multilingual"]


def test_figures_of_another_version_are_refused(cli: CommandLine, artifact: Path) -> None:
    write_figures("old-12345678")
    result = cli("model", "card", str(artifact), "--figures", "figures.json")
    assert result.status == 2
    assert f"has figures of another version than {load(artifact).version}" in " ".join(
        result.error.split()
    )
    assert not (artifact / LAYOUT.card).exists()


def test_the_card_leaves_out_what_only_another_version_reached(artifact: Path) -> None:
    result = EvaluationResult.model_validate_json(json.dumps({**ROWS[1], "ranker": "old-12345678"}))
    made = update_manifest(artifact, figures=(result,))
    assert "old-12345678" not in card_of(made)
    assert "Not measured yet." in card_of(made)


def test_published_figures_stand_beside_those_of_the_same_set(artifact: Path) -> None:
    row = {**ROWS[0], "split": "semeval_es", "ranker": load(artifact).version}
    row["figures"] = {**ROWS[0]["figures"], "macro_f1": 0.2, "macro_f1_interval": [0.19, 0.21]}
    made = update_manifest(
        artifact, figures=(EvaluationResult.model_validate_json(json.dumps(row)),)
    )
    expected = "| semeval_es | the best of 22 teams at SemEval-2018 task 2 | 22.4 | yes"
    assert f"{expected} | 20.0 [19.0, 21.0] |" in card_of(made)
    assert "TwHIN-BERT" not in card_of(made)


@pytest.mark.parametrize("content", ["", "{}]", "[1]", '[{"split": "x"}]', '{"split": 1}'])
def test_invalid_figures_are_refused(cli: CommandLine, artifact: Path, content: str) -> None:
    Path("figures.json").write_text(content, encoding="utf-8")
    result = cli("model", "card", str(artifact), "--figures", "figures.json")
    assert result.status == 2
    assert "figures.json is not what model evaluate --json writes" in result.error
    assert not (artifact / LAYOUT.card).exists()


def test_probes_detect_a_biased_model(tiny_artifact: Path) -> None:
    predictor = Predictor.load(str(tiny_artifact))
    fair = run_bias_probes(
        predictor, ("{} people love pizza", "a sad {} man"), ("old", "young", "deaf")
    )
    assert (fair.sentences, fair.same_first) == (6, 1.0)
    assert fair.spread == pytest.approx(0)
    # The tiny model knows "angry" as an emotion: here it stands for a group.
    unfair = run_bias_probes(predictor, ("{} people", "the {} man"), ("love", "love", "angry"))
    assert unfair.same_first == pytest.approx(2 / 3)
    assert unfair.lowest[0] == "angry"
    assert unfair.lowest[1] < 0 < unfair.highest[1]
