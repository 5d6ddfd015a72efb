"""The one contract between data sources, feedback and training."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Example:
    """A cleaned text and the emojis that fit it."""

    text: str = field(repr=False)
    emojis: tuple[str, ...]
    """Canonical, distinct."""
    source: str
    """Name of the source; training learns each source's label prior apart."""
    weight: float = 1.0
    any_fits: bool = False
    """True where the emojis are alternatives (an emotion's), False where all were used."""
