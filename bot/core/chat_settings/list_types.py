"""Types of settings that hold several items."""

import re
from abc import abstractmethod
from dataclasses import dataclass

from bot.core.chat_settings.value_types import ShowItem, ValueType
from bot.core.chat_settings.words import is_word, plain
from bot.i18n import localize
from model.emoji import canonical_set, emoji_spans

Items = frozenset[str]

_CUSTOM_EMOJI = re.compile(r":\w+:")
_ID = re.compile(r"[0-9]{1,20}")
_MEMBER_KEY = re.compile(r"[0-9a-f]{32}")
_SIGN = re.compile("(?<=\\s)[+‐‑‒–—―−-]")
"""Repeated before another item, as in ``+😂 +🔥``."""
_BETWEEN_EMOJIS = re.compile("[\\s,;\ufe0e\ufe0f]*")


@dataclass(frozen=True, kw_only=True)
class ItemSet(ValueType):
    """A set of items; with ``optional`` None stands for all there are."""

    optional: bool = False

    @abstractmethod
    def parse_items(self, text: str) -> Items:
        """Read one or more items.

        Raises:
            ValueError: there is none, or something else beside them.
        """

    def parse(self, text: str, current: Items | None) -> Items | None:
        """Read items, or the word for all or none; a sign adds to ``current`` or takes away."""
        if is_word(text, "value.none"):
            return frozenset()
        if is_word(text, "value.off", *(("value.all",) if self.optional else ())):
            return None if self.optional else frozenset()
        sign, rest = plain(text)[:1], _SIGN.sub(" ", text.strip()[1:])
        held = current or frozenset()
        match sign:
            case "+":
                return held | self.parse_items(rest)
            case "-":
                left = held - self.parse_items(rest)
                return left or (None if self.optional else left)
        return self.parse_items(text)

    def format(self, value: Items | None, language: str, show_item: ShowItem = str) -> str:
        """Return the items, or the word for all or none."""
        if value is None:
            return localize("value.all", language)
        return " ".join(map(show_item, sorted(value))) or localize("value.none", language)

    def requirement(self, language: str) -> str:
        """Say what the items are, and the word for no list."""
        word = localize("value.all" if self.optional else "value.none", language)
        return localize(
            "requirement.or", language, requirement=self.items_requirement(language), word=word
        )

    @abstractmethod
    def items_requirement(self, language: str) -> str:
        """Say what the items are."""

    def dump(self, value: Items | None) -> object:
        """Return a sorted list."""
        return None if value is None else sorted(value)


@dataclass(frozen=True, kw_only=True)
class EmojiSet(ItemSet):
    """Canonical emojis, and custom ones as ``:name:``."""

    def validate(self, value: Items | None) -> Items | None:
        """Fold each emoji to its canonical form."""
        return None if value is None else canonical_set(value)

    def parse_items(self, text: str) -> Items:
        """Read emojis in any of their variants."""
        return canonical_set(read_emojis(text))

    def items_requirement(self, language: str) -> str:
        """Show emojis."""
        return localize("requirement.emojis", language)


def read_emojis(text: str) -> list[str]:
    """Return the emojis of a text that holds nothing else, in their order and variants.

    Raises:
        ValueError: there is none, or something else beside them.
    """
    unicode = [(*span, text[slice(*span)]) for span in emoji_spans(_masked(text))]
    custom = [(*match.span(), match[0]) for match in _CUSTOM_EMOJI.finditer(text)]
    found = sorted(unicode + custom)
    between = "".join(_outside(text, [(start, end) for start, end, _ in found]))
    if not found or not _BETWEEN_EMOJIS.fullmatch(between):
        raise ValueError("not a list of emojis")
    return [emoji for _, _, emoji in found]


def _masked(text: str) -> str:
    """Return the text with spaces in the place of custom emojis, whose digits are no keycaps."""
    return _CUSTOM_EMOJI.sub(lambda match: " " * len(match[0]), text)


def _outside(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Return the parts of the text between the spans."""
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


@dataclass(frozen=True, kw_only=True)
class IdSet(ItemSet):
    """Ids of chats or roles; their platform turns its mentions into ids."""

    requirement_key: str

    def parse_items(self, text: str) -> Items:
        """Read ids."""
        ids = text.replace(",", " ").split()
        if not ids or not all(map(_ID.fullmatch, ids)):
            raise ValueError("not a list of ids")
        return frozenset(ids)

    def items_requirement(self, language: str) -> str:
        """Say how to name a chat or a role."""
        return localize(self.requirement_key, language)


@dataclass(frozen=True, kw_only=True)
class MemberSet(ItemSet):
    """Keys of members; their platform turns its mentions and ids into keys, never back."""

    def parse_items(self, text: str) -> Items:
        """Read member keys."""
        keys = text.replace(",", " ").split()
        if not keys or not all(map(_MEMBER_KEY.fullmatch, keys)):
            raise ValueError("not a list of members")
        return frozenset(keys)

    def format(self, value: Items | None, language: str, show_item: ShowItem = str) -> str:
        """Return the number of members: their keys are pseudonyms and say nothing."""
        if not value:
            return super().format(value, language, show_item)
        return localize("value.members", language, count=len(value))

    def items_requirement(self, language: str) -> str:
        """Say how to name a member."""
        return localize("requirement.members", language)
