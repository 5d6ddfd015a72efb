"""Results in the folder ``.eval_results``, as the Hub's own library reads them."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries

from model.artifact import Artifact, load
from model.artifact_source import locate
from model.evaluation.eval_results import eval_results_files


@pytest.fixture(scope="module")
def shipped() -> Artifact:
    return load(locate(None))


def test_each_public_set_has_a_file_that_the_hub_reads(shipped: Artifact) -> None:
    files = eval_results_files(shipped)
    names = {Path(path).stem for path in files}
    assert names == {"tweet_eval_emoji", "go_emotions", "emotion_ec", "brighter"}
    assert {str(Path(path).parent) for path in files} == {".eval_results"}
    entries = parse_eval_result_entries(yaml.safe_load(files[".eval_results/go_emotions.yaml"]))
    [result] = [
        result
        for result in shipped.manifest.figures
        if (result.split, result.ranker) == ("go_emotions", shipped.version)
    ]
    assert {entry.dataset_id for entry in entries} == {"google-research-datasets/go_emotions"}
    values = {entry.task_id: entry.value for entry in entries}
    assert values == {
        key: pytest.approx(100 * getattr(result.figures, key), abs=0.005)
        for key in ("carried", "tone_deaf")
    }
    assert all(f"{result.figures.texts:,} texts" in str(entry.notes) for entry in entries)


def test_figures_of_another_artifact_are_left_out(shipped: Artifact) -> None:
    other = shipped.manifest.model_copy(update={"version": "other-12345678"})
    assert eval_results_files(replace(shipped, manifest=other)) == {}
