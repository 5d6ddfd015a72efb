"""Layouts of the default artifact, read by the libraries that they are for."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from onnxruntime import InferenceSession

from benchmarks.layouts.readers import READERS, Answers, missing
from demo.page.examples import EXAMPLES
from model import Predictor
from model.artifact import load
from model.text import clean
from model.training.layouts.layout_format import LayoutError, LayoutFormat
from model.training.layouts.write import write_layouts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WHOLE = (LayoutFormat.ONNX, LayoutFormat.TRANSFORMERS_JS)
TEXTS = (*EXAMPLES, "@bob look &amp; laugh 😂😂 #SoFunny https://x.y/z", "𝓼𝓸𝓸𝓸𝓸𝓸𝓸 sad!!!!!!!", "ok")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load()


@pytest.fixture(scope="module")
def layouts(predictor: Predictor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All forms in one folder, as a push lays them."""
    folder = tmp_path_factory.mktemp("layouts") / "emoji"
    write_layouts(predictor.artifact, list(LayoutFormat), folder)
    return folder


def read(layout: LayoutFormat, folder: Path) -> Answers:
    if (reason := missing(layout)) is not None:
        pytest.skip(reason)
    return READERS[layout](folder, TEXTS)


def table_scores(predictor: Predictor, texts: Sequence[str]) -> list[Mapping[str, float]]:
    """Return the predictor's scores of all emojis, without the guard."""
    scores = np.exp(predictor.log_scores(predictor.encode([clean(text) for text in texts])))
    return [dict(zip(predictor.emojis, row.tolist(), strict=True)) for row in scores]


@pytest.mark.parametrize("layout", WHOLE)
def test_a_raw_text_gets_the_scores_of_the_predictor(
    predictor: Predictor, layouts: Path, layout: LayoutFormat
) -> None:
    answers = read(layout, layouts)
    for five, scores in zip(answers.fives, table_scores(predictor, TEXTS), strict=True):
        best = sorted(scores, key=lambda emoji: -scores[emoji])[:5]
        assert five[0][0] == best[0]
        # Other versions of the runtime round otherwise.
        assert [score for _, score in five] == pytest.approx([scores[e] for e in best], abs=0.01)
        assert [scores[emoji] for emoji, _ in five] == pytest.approx(
            [score for _, score in five], abs=0.01
        )


def test_a_long_text_is_cut_by_the_graph_itself(predictor: Predictor, layouts: Path) -> None:
    session = InferenceSession(str(layouts / "model.onnx"), providers=["CPUExecutionProvider"])
    ids = np.full((1, 600), 17)
    kept = ids[:, : predictor.artifact.manifest.max_tokens]
    [whole], [cut] = (
        session.run(["logits"], {"input_ids": x, "attention_mask": np.ones_like(x)})
        for x in (ids, kept)
    )
    assert np.array_equal(whole, cut)


def test_weights_are_as_readable_as_the_other_files(layouts: Path) -> None:
    modes = {file.stat().st_mode for file in layouts.rglob("*") if file.is_file()}
    assert len(modes) == 1


def test_the_card_names_each_tag_once(layouts: Path) -> None:
    lines = (layouts / "README.md").read_text(encoding="utf-8").splitlines()
    assert [lines.count(f"- {name}") for name in LayoutFormat] == [1, 1, 1]


def test_sentence_transformers_reads_the_encoder(predictor: Predictor, layouts: Path) -> None:
    answers = read(LayoutFormat.SENTENCE_TRANSFORMERS, layouts)
    own = [[p.emoji for p in five] for five in predictor.predict(TEXTS)]
    shared = [len({*a} & {*b}) for a, b in zip(answers.emojis, own, strict=True)]
    assert np.mean(shared) > 3  # without n-grams and guard
    assert {emoji for five in answers.emojis for emoji in five} <= set(predictor.emojis)


def test_an_encoder_that_is_no_bert_has_no_sentence_transformers(
    tiny_artifact: Path, tmp_path: Path
) -> None:
    artifact = load(tiny_artifact)
    with pytest.raises(LayoutError, match="choose another --format"):
        write_layouts(artifact, [LayoutFormat.SENTENCE_TRANSFORMERS], tmp_path / "x")
    write_layouts(artifact, [LayoutFormat.ONNX], tmp_path / "y")
    labels = json.loads((tmp_path / "y/config.json").read_text(encoding="utf-8"))["id2label"]
    assert tuple(labels.values()) == artifact.table.emojis
