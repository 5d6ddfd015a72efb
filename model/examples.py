"""Training example: the contract between data sources, feedback and training."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Example:
    """A cleaned text and the emojis that fit it."""

    text: str = field(repr=False)
    emojis: tuple[str, ...]
    """Canonical, distinct; empty if only a teacher's answer is the target."""
    source: str
    """Name of the source; each source has its own label prior in training."""
    weight: float = 1.0
    are_alternatives: bool = False
    """True if the emojis are alternatives for one emotion, False if the author used them all."""
    language: str | None = None
    """Of the text that teachers read, as BCP 47 names it; None if unknown."""
    teacher_text: str | None = field(default=None, repr=False)
    """Text that teachers read instead, of which this one is a translation; None for this one."""
