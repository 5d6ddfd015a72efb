"""Training example: the contract between data sources, feedback and training."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Example:
    """A cleaned text and the emojis that fit it."""

    text: str = field(repr=False)
    emojis: tuple[str, ...]
    """Canonical, distinct."""
    source: str
    """Name of the source; each source has its own label prior in training."""
    weight: float = 1.0
    are_alternatives: bool = False
    """True if the emojis are alternatives for one emotion, False if the author used them all."""
