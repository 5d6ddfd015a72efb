"""One rule of a community, and its limits."""

from dataclasses import dataclass, field

from bot.i18n import localize

MAX_RULES = 100
"""Rules of a community."""
MAX_PATTERN_LENGTH = 100
"""Characters, slashes included."""
MAX_EMOJIS = 5
MAX_PLACES = 20
"""Chats, or roles, of one rule."""


class InvalidRule(ValueError):
    """Refusal of a rule that a person gave; ``explain`` says why, in their language."""

    def __init__(self, key: str, **values: object) -> None:
        """Take the key of the text, and the values for it; one may be a fault itself."""
        super().__init__(key)
        self._key, self._values = key, values

    def explain(self, language: str | None) -> str:
        """Return what is wrong and how to mend it."""
        values = {
            name: value.explain(language) if isinstance(value, InvalidRule) else value
            for name, value in self._values.items()
        }
        return localize(self._key, language, **values)


@dataclass(frozen=True, slots=True)
class Rule:
    """Emojis for the messages that a pattern fits."""

    pattern: str = field(repr=False)
    """As people write it: words, or a regular expression between slashes."""
    emojis: tuple[str, ...]
    """Canonical, or ``:name:``; all of them are shown."""
    chance: float = 1.0
    """Share of the fitting messages, above 0, at most 1."""
    chats: frozenset[str] = frozenset()
    """Only in these chats and their threads, by the platform's ids; empty for all."""
    roles: frozenset[str] = frozenset()
    """Only for authors with one of these roles, by the platform's ids; empty for all."""
    number: int = 0
    """By which people name it in its community, from 1; 0 until it is stored."""

    @property
    def expression(self) -> str | None:
        """The regular expression; None if the pattern is words."""
        is_expression = len(self.pattern) > 2 and self.pattern[0] == self.pattern[-1] == "/"
        return self.pattern[1:-1] if is_expression else None

    def holds_for(self, chats: frozenset[str], roles: frozenset[str]) -> bool:
        """Return if it holds in one of these chats for an author with these roles."""
        in_chat = not self.chats or not self.chats.isdisjoint(chats)
        return in_chat and (not self.roles or not self.roles.isdisjoint(roles))
