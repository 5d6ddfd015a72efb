"""Figures of the gravity head on the sentences that no fit saw, by language."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from model.artifact import Artifact
from model.emotions import MOCKING_EMOJIS
from model.evaluation.gravity_figures import FIGURATIVE, FIGURES_OF_SPEECH
from model.evaluation.metrics import wilson_interval
from model.figures import GravityFigures
from model.gravity import (
    REACTION_RULE,
    gravity_of,
    is_grave,
    is_permitted_unasked,
    without_laughter,
)
from model.prediction import GravityLevel, Prediction
from model.predictor import Predictor
from model.training.gravity.sentences import SENTENCES, Sentence, read_sentences

_BATCH_SIZE = 16


def evaluate_guard(artifact: Artifact, folder: Path = SENTENCES) -> tuple[GravityFigures, ...]:
    """Compare an artifact with itself without the head, on the test split of each language."""
    sentences = [s for s in read_sentences(folder) if s.split == "test"]
    guarded = Predictor(artifact)
    unguarded = Predictor(replace(artifact, gravity_head=None))
    languages = sorted({s.language for s in sentences}, key=lambda code: (code != "en", code))
    return tuple(
        _figures(code, [s for s in sentences if s.language == code], guarded, unguarded)
        for code in languages
    )


def reaction(top: Sequence[Prediction], threshold: float) -> str | None:
    """Return the emoji that a chat with the default settings would get as reaction."""
    if not gravity_of(top).permits_unasked:
        return None
    if is_grave(top[:5], REACTION_RULE):
        top = without_laughter(top[:5])
    top = [p for p in top if is_permitted_unasked(p.emoji, p.gravity.level)]
    return top[0].emoji if top and top[0].score >= threshold else None


def _figures(
    language: str, sentences: Sequence[Sentence], guarded: Predictor, unguarded: Predictor
) -> GravityFigures:
    with_head, without = _predict(guarded, sentences), _predict(unguarded, sentences)
    grave = [i for i, s in enumerate(sentences) if s.is_grave]
    harmless = [i for i, s in enumerate(sentences) if not s.is_grave]
    laughing = [
        i
        for i in harmless
        if sentences[i].kind == FIGURATIVE and _offers(without[i], FIGURES_OF_SPEECH)
    ]
    self_harm = [i for i in grave if sentences[i].kind == "self_harm"]
    threshold = guarded.threshold
    mocked = sum(reaction(with_head[i], threshold) in MOCKING_EMOJIS for i in grave)
    offered = sum(_offers(with_head[i], MOCKING_EMOJIS) for i in grave)
    kept = sum(_offers(with_head[i], FIGURES_OF_SPEECH) for i in laughing)
    return GravityFigures(
        language=language,
        grave_texts=len(grave),
        mocked=mocked,
        mocked_interval=wilson_interval(mocked, len(grave)),
        mocked_unguarded=sum(reaction(without[i], threshold) in MOCKING_EMOJIS for i in grave),
        offered=offered,
        offered_interval=wilson_interval(offered, len(grave)),
        offered_unguarded=sum(_offers(without[i], MOCKING_EMOJIS) for i in grave),
        laughing_texts=len(laughing),
        kept=kept,
        kept_interval=wilson_interval(kept, len(laughing)),
        harmless_texts=len(harmless),
        comforted=sum(
            gravity_of(with_head[i]).level in (GravityLevel.GRAVE, GravityLevel.SELF_HARM)
            for i in harmless
        ),
        self_harm_texts=len(self_harm),
        unasked=sum(reaction(with_head[i], threshold) is not None for i in self_harm),
    )


def _predict(predictor: Predictor, sentences: Sequence[Sentence]) -> list[list[Prediction]]:
    texts = [sentence.text for sentence in sentences]
    return [
        top
        for start in range(0, len(texts), _BATCH_SIZE)
        for top in predictor.predict(texts[start : start + _BATCH_SIZE])
    ]


def _offers(top: Sequence[Prediction], emojis: frozenset[str]) -> bool:
    return any(p.emoji in emojis for p in top)
