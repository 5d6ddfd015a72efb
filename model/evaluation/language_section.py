"""The part of the model card on each language."""

from collections.abc import Callable, Sequence

from model.evaluation.tables import markdown_table, percent, signed
from model.figures import EmojiFigures, EmotionFigures, EvaluationResult

_INTRODUCTION = (
    "One row for each language of which a set has a hundred texts or more. *Shown* is the share of "
    "texts whose first emoji reaches the confidence threshold, *right if shown* how often that "
    "emoji is then among the author's own; its intervals are Wilson's. Sets with a fixed list of "
    "labels are scored among them, so that most scores are high. *Change* is against the artifact "
    "before this one, paired by text."
)
_EMOJI: dict[str, Callable[[EvaluationResult, EmojiFigures], str]] = {
    "hit@1": lambda _, f: percent(f.hit_1, f.hit_1_interval),
    "hit@5": lambda _, f: percent(f.hit_5, f.hit_5_interval),
    "change": lambda result, _: _change(result, "hit_5"),
    "macro recall@5": lambda _, f: percent(f.macro_recall_5, f.macro_recall_5_interval),
    "calibration error": lambda _, f: percent(f.calibration_error),
    "shown": lambda _, f: percent(f.shown),
    "right if shown": lambda _, f: percent(f.precision, f.precision_interval),
}
_EMOTION: dict[str, Callable[[EvaluationResult, EmotionFigures], str]] = {
    "emotion carried": lambda _, f: percent(f.carried, f.carried_interval),
    "change": lambda result, _: _change(result, "carried"),
    "tone-deaf": lambda _, f: percent(f.tone_deaf, f.tone_deaf_interval),
    "change of tone-deaf": lambda result, _: _change(result, "tone_deaf"),
}


def language_section(results: Sequence[EvaluationResult]) -> str:
    """Return tables of the results that are of one language, ordered by it."""
    emojis = [(r, r.figures) for r in by_language(results) if isinstance(r.figures, EmojiFigures)]
    emotions = [
        (r, r.figures) for r in by_language(results) if isinstance(r.figures, EmotionFigures)
    ]
    head = ("language", "set", "answers by", "texts")
    tables = [
        markdown_table(
            (*head, *_EMOJI),
            [(*_key(r), *(cell(r, f) for cell in _EMOJI.values())) for r, f in emojis],
        ),
        markdown_table(
            (*head, *_EMOTION),
            [(*_key(r), *(cell(r, f) for cell in _EMOTION.values())) for r, f in emotions],
        ),
    ]
    found = [table for table in tables if table]
    return "\n\n".join([_INTRODUCTION, *found]) if found else "No language was measured by itself."


def by_language(results: Sequence[EvaluationResult]) -> list[EvaluationResult]:
    """Return the results of one language, those with the most texts first, sets in their order."""
    texts: dict[str, int] = {}
    for result in results:
        if result.language is not None:
            texts[result.language] = texts.get(result.language, 0) + result.figures.texts
    order = sorted(texts, key=lambda language: (-texts[language], language))
    return [result for language in order for result in results if result.language == language]


def whole_splits(results: Sequence[EvaluationResult]) -> list[EvaluationResult]:
    """Return the results on all texts of a split."""
    mixed = {(r.split, r.ranker) for r in results if r.language is None}
    return [r for r in results if r.language is None or (r.split, r.ranker) not in mixed]


def _key(result: EvaluationResult) -> tuple[str, str, str, str]:
    return (str(result.language), result.split, result.ranker, f"{result.figures.texts:,}")


def _change(result: EvaluationResult, figure: str) -> str:
    change = result.changes.get(figure)
    return "-" if change is None else signed(change.difference, change.interval)
