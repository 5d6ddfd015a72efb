"""The rules of a community as a TOML file: for backups, to edit them, and for another community."""

import re
import tomllib
from collections.abc import Sequence
from typing import Annotated, Literal

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.core.export_files import ExportFileError
from bot.core.rules.rule import Rule

FORMAT = "emoji-reactor-rules-1"
MAX_NAME = 40
"""Characters of an unknown key that an error quotes."""
MAX_DOTS = 200
"""Dots of a line, of which a pattern has a hundred at most: the time that tomllib takes grows with
the square of the parts of a key, to an hour for a file of the largest size."""


_POSITION = re.compile(r"\(at (?:line \d+, column \d+|end of document)\)\Z")


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    pattern: str
    emojis: list[str]
    chance: Annotated[float, Field(gt=0, le=1)] = 1.0
    chats: list[str] = []
    roles: list[str] = []


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["emoji-reactor-rules-1"]
    rule: list[_Rule] = []


def dump_rules(rules: Sequence[Rule]) -> bytes:
    """Return the rules as TOML, without defaults, which does not name the community."""
    document = tomlkit.document()
    document["format"] = FORMAT
    tables = tomlkit.aot()
    for rule in rules:
        table = tomlkit.table()
        table["pattern"] = tomlkit.string(rule.pattern, literal=_is_literal(rule.pattern))
        table["emojis"] = list(rule.emojis)
        if rule.chance < 1:
            table["chance"] = rule.chance
        for name, places in (("chats", rule.chats), ("roles", rule.roles)):
            if places:
                table[name] = sorted(places)
        tables.append(table)
    if rules:
        document["rule"] = tables
    return tomlkit.dumps(document).encode()


def load_rules(content: bytes) -> list[Rule]:
    """Return the rules in a file that ``dump_rules`` or a person has written, unchecked.

    Raises:
        ExportFileError: it is something else; the message names the first fault.
    """
    try:
        document = _Document.model_validate(tomllib.loads(_decode(content)))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(_name, first["loc"]))
        raise ExportFileError(f"{place}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise ExportFileError(f"it is not TOML in UTF-8{_position(error)}") from None
    return [
        Rule(
            each.pattern,
            tuple(each.emojis),
            each.chance,
            frozenset(each.chats),
            frozenset(each.roles),
        )
        for each in document.rule
    ]


def _position(error: Exception) -> str:
    """Return where the parser found its fault, without what stands there."""
    found = _POSITION.search(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else None
    return f" {found[0]}" if found else ""


def _decode(content: bytes) -> str:
    text = content.decode("utf-8-sig")
    if any(line.count(".") > MAX_DOTS for line in text.split("\n")):
        raise ExportFileError(f"a line has more than {MAX_DOTS} dots")
    return text


def _name(part: int | str) -> str:
    """Return the number of an entry, or the name of a key, which may be anybody's text."""
    if isinstance(part, int):
        return str(part + 1)
    return "".join(letter for letter in part[:MAX_NAME] if letter.isprintable())


def _is_literal(pattern: str) -> bool:
    """Return if TOML can hold a pattern as it is written, without escapes."""
    return "'" not in pattern and pattern.isprintable()
