"""Evaluation figures: what one ranker reached on one split, as it is computed, stored and shown."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Share = Annotated[float, Field(ge=0, le=1)]
Interval = tuple[Share, Share]
"""95 % bootstrap interval of a share."""
Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Difference = Annotated[float, Field(ge=-1, le=1)]
_NonNegative = Annotated[float, Field(ge=0)]


class Record(BaseModel):
    """Base of everything that a manifest holds: frozen, typed, finite, no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class EmojiFigures(Record):
    """Match of predictions with the emojis that authors used."""

    texts: Count
    hit_1: Share
    hit_1_interval: Interval
    hit_5: Share
    hit_5_interval: Interval
    macro_recall_5: Share
    macro_recall_5_interval: Interval
    macro_f1: Share | None = None
    """None unless each text has exactly one label."""
    macro_f1_interval: Interval | None = None
    accuracy: Share | None = None
    """Hit@1; None unless each text has exactly one label."""
    calibration_error: _NonNegative
    """Expected calibration error of the first prediction."""
    shown: Share | None = None
    """Share of texts whose first emoji reaches the confidence threshold; None without one."""
    precision: Share | None = None
    """Share of these texts whose first emoji is the author's; None if there are none."""
    precision_interval: Interval | None = None
    """95 % Wilson interval."""
    distinct_5: Count
    """Emojis among the top five of at least a thousandth of the texts."""
    by_emoji: dict[str, tuple[Count, Share]] = Field(default={}, repr=False)
    """Emojis that at least twenty texts use: number of texts and recall@5."""
    confusion: dict[str, dict[str, Count]] = Field(default={}, repr=False)
    """Label -> first prediction -> texts; empty unless each text has exactly one label."""

    def summary(self) -> Self:
        """Return the figures without the tables that are too long for a manifest."""
        return self.model_copy(update={"by_emoji": {}, "confusion": {}})


class EmotionFigures(Record):
    """Match of predictions with the emotion that raters saw; None if no text has one."""

    texts: Count
    carried: Share | None = None
    """Mean over emotions: share of texts with a carrier of the emotion among the top five."""
    carried_interval: Interval | None = None
    by_emotion: dict[str, tuple[Count, Share]] = Field(default={}, repr=False)
    """Emotions that an emoji can carry: number of texts and share that carries it."""
    negative_share: Share | None = None
    """Share of negative emojis among the top five of texts with negative emotions only."""
    negative_share_interval: Interval | None = None
    tone_deaf: Share | None = None
    """Share of texts of grief, sadness or fear, without joy, whose first emoji laughs or
    celebrates."""
    tone_deaf_interval: Interval | None = None

    def summary(self) -> Self:
        """Return the figures without the table that is too long for a manifest."""
        return self.model_copy(update={"by_emotion": {}})


class GravityFigures(Record):
    """Figures of the gravity guard on sentences of one language that no fit saw."""

    language: Name
    grave_texts: Count
    mocked: Count
    """Grave texts with a laughing, celebrating or morbid emoji as reaction."""
    mocked_interval: Interval
    """95 % Wilson interval of their share."""
    mocked_unguarded: Count
    """The same without the gravity head."""
    offered: Count
    """Grave texts with such an emoji among the top five."""
    offered_interval: Interval
    offered_unguarded: Count
    laughing_texts: Count
    """Figurative texts with 💀 or 😂 among the top five without the head."""
    kept: Count
    """Those that keep it with the head."""
    kept_interval: Interval
    harmless_texts: Count
    """Figurative, cheerful and everyday texts."""
    comforted: Count
    """Harmless texts that are read as grave."""
    self_harm_texts: Count = 0
    unasked: Count = 0
    """Texts about self-harm that get a reaction, which none should."""


class LatencyFigures(Record):
    """Wall-clock milliseconds for one text at a time."""

    texts: Count
    threads: Annotated[int, Field(ge=1)]
    p50: _NonNegative
    p99: _NonNegative

    def summary(self) -> Self:
        """Return the figures themselves: all are short."""
        return self


_KINDS: dict[str, type[Record]] = {
    "emoji": EmojiFigures,
    "emotion": EmotionFigures,
    "latency": LatencyFigures,
}


def _kind(value: Any) -> str:  # noqa: ANN401 - pydantic passes whatever the file holds
    """Return the kind of figures by the key that only one of them has."""
    for kind, figures in _KINDS.items():
        if isinstance(value, figures):
            return kind
    if not isinstance(value, dict) or "hit_1" in value:
        return "emoji"
    return "latency" if "p50" in value else "emotion"


Figures = Annotated[
    Annotated[EmojiFigures, Tag("emoji")]
    | Annotated[EmotionFigures, Tag("emotion")]
    | Annotated[LatencyFigures, Tag("latency")],
    Discriminator(_kind),
]


class Change(Record):
    """Difference of a figure from another artifact's on the same texts."""

    difference: Difference
    interval: tuple[Difference, Difference]
    """95 % bootstrap interval, paired by text."""


class EvaluationResult(Record):
    """Figures of one ranker on one split, or on its texts in one language."""

    split: Name
    ranker: Name
    """Version of an artifact, or name of a baseline."""
    language: Name | None = None
    """Language of the texts; None if they are of several, or of unknown ones."""
    figures: Figures
    against: Name | None = None
    """Version of the artifact that ``changes`` compare with; None without one."""
    changes: dict[Name, Change] = {}
    """Figure -> its difference."""

    def summary(self) -> Self:
        """Return the result without its long tables."""
        return self.model_copy(update={"figures": self.figures.summary()})
