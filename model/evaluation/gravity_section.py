"""The part of the model card on grave texts."""

from collections.abc import Sequence

from model.evaluation.metrics import wilson_interval
from model.figures import GravityFigures, Interval

_INTRODUCTION = (
    "On texts about grief, death, violence, illness, self-harm and crisis only comforting emojis "
    "are predicted, on those about self-harm only kind ones, and those if somebody asks. A small "
    "network on the encoder's middle states and a lexicon of nine languages tell them from figures "
    "of speech such as *my phone died*. Measured on the project's own test sentences, which no fit "
    "saw (`emoji-reactor model gravity`): "
    "laughing, celebrating or morbid emojis on grave sentences, with the head and without it, and "
    "how many figurative sentences keep the 💀 or 😂 that they have among the five without it. "
    "95 % Wilson intervals in percent. Lexicon and limits were chosen with the sentences in view, "
    "and the same hands wrote those of the fit, so expect somewhat less on others."
)
_COLUMNS = (
    "language",
    "grave",
    "reaction laughs",
    "without head",
    "one of five laughs",
    "without head",
    "keep 💀 or 😂",
    "harmless, read as grave",
    "self-harm, reaction unasked",
)


def gravity_section(figures: Sequence[GravityFigures]) -> str:
    """Return the Markdown of the section."""
    if not figures:
        return "The artifact has no gravity head: its predictions alone tell if a text is grave."
    lines = [f"| {' | '.join(_COLUMNS)} |", "|---|" + "---:|" * (len(_COLUMNS) - 1)]
    rows = [*figures, pool(figures)] if len(figures) > 1 else figures
    return "\n".join([f"{_INTRODUCTION}\n", *lines, *map(_row, rows)])


def pool(figures: Sequence[GravityFigures]) -> GravityFigures:
    """Return the figures of all languages together."""
    total = {
        name: sum(getattr(row, name) for row in figures)
        for name in GravityFigures.model_fields
        if isinstance(getattr(figures[0], name), int)
    }
    return GravityFigures(
        language="all",
        mocked_interval=wilson_interval(total["mocked"], total["grave_texts"]),
        offered_interval=wilson_interval(total["offered"], total["grave_texts"]),
        kept_interval=wilson_interval(total["kept"], total["laughing_texts"]),
        **total,
    )


def _row(row: GravityFigures) -> str:
    cells = (
        row.language,
        f"{row.grave_texts:,}",
        f"{row.mocked}{_around(row.mocked_interval)}",
        str(row.mocked_unguarded),
        f"{row.offered}{_around(row.offered_interval)}",
        str(row.offered_unguarded),
        f"{row.kept} of {row.laughing_texts}{_around(row.kept_interval)}",
        f"{row.comforted} of {row.harmless_texts}",
        f"{row.unasked} of {row.self_harm_texts}",
    )
    return f"| {' | '.join(cells)} |"


def _around(interval: Interval) -> str:
    return f" [{interval[0] * 100:.1f}, {interval[1] * 100:.1f}]"
