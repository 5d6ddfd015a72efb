"""Results of an artifact as the Hub reads them from the folder ``.eval_results`` of a model.

One file for each public data set on the Hub that the artifact was measured on; the Hub shows those
whose data set is registered as a benchmark there.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

from model.artifact import Artifact
from model.evaluation.language_section import whole_splits
from model.figures import EvaluationResult

HUB_METRICS = {
    "hit_1": "hit@1",
    "hit_5": "hit@5",
    "macro_recall_5": "macro recall@5",
    "macro_f1": "macro-F1",
    "carried": "emotion carried by one of five",
    "tone_deaf": "tone-deaf rate",
}
"""Field of the figures -> its name on the Hub."""


def hub_metrics(result: EvaluationResult) -> dict[str, float]:
    """Return the shares that were measured, by field."""
    found = {key: getattr(result.figures, key, None) for key in HUB_METRICS}
    return {key: value for key, value in found.items() if value is not None}


def read_sources() -> Mapping[str, Mapping[str, str]]:
    """Return title, licence and, if it has one, Hub id of the public data sets, by source."""
    content = files("model").joinpath("evaluation", "sources.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)


def eval_results_files(artifact: Artifact) -> dict[str, str]:
    """Return the files of ``.eval_results``, by path in the repository; values are percent."""
    sources, found = read_sources(), {}
    for result in whole_splits(artifact.manifest.figures):
        hub = sources.get(result.split, {}).get("hub")
        metrics = hub_metrics(result)
        if hub is None or not metrics or result.ranker != artifact.version:
            continue
        entries = [
            EvalResultEntry(
                dataset_id=hub,
                task_id=key,
                value=round(100 * value, 2),
                notes=f"{HUB_METRICS[key]}, percent, on {result.figures.texts:,} texts cleaned as"
                " by emoji-reactor model evaluate",
            )
            for key, value in metrics.items()
        ]
        content = yaml.safe_dump(eval_result_entries_to_yaml(entries), sort_keys=False)
        found[f".eval_results/{result.split}.yaml"] = content
    return found
