"""Components of messages on Discord, with and without frames."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

BUTTON, TEXT_DISPLAY = 2, 10
FRAMED = 1 << 15
"""Flag of a message that has frames (components v2) in the place of its content."""

Component = Mapping[str, Any]


def walk(components: Iterable[Component] | None) -> Iterator[Component]:
    """Yield all components, the outer ones first."""
    for component in components or ():
        yield component
        yield from walk(component.get("components"))


def visible_text(content: str | None, components: Iterable[Component] | None) -> str:
    """Return the content of a message, or the texts in its frames."""
    framed = [each["content"] for each in walk(components) if each["type"] == TEXT_DISPLAY]
    assert not (content and framed), "Discord takes one or the other"
    return content or "\n".join(framed)


def buttons_of(components: Iterable[Component] | None) -> list[Component]:
    """Return every button, row by row."""
    return [each for each in walk(components) if each["type"] == BUTTON]
