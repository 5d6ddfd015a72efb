"""Forms of emojis that several platforms want."""

from collections.abc import Mapping
from functools import cache

import emoji as unicode_emojis

from model.emoji import VARIATION_SELECTOR, canonical


@cache
def qualified_forms() -> Mapping[str, str]:
    """Map canonical emojis to fully-qualified forms, without skin tone or gender if possible."""
    forms: dict[str, str] = {}
    for form, data in unicode_emojis.EMOJI_DATA.items():
        if data["status"] != unicode_emojis.STATUS["fully_qualified"]:
            continue
        plain = form.replace(VARIATION_SELECTOR, "") == canonical(form)
        if plain or canonical(form) not in forms:
            forms[canonical(form)] = form
    return forms


def fully_qualified(emoji: str) -> str:
    """Return the fully-qualified form of a canonical emoji; anything else as it is."""
    return qualified_forms().get(emoji, emoji)
