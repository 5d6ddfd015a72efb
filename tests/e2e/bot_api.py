"""Checks of calls against a description of the Bot API, if it is there."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).parents[3] / "shared" / "specs" / "telegram-bot-api.json"

_SCALARS: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
    "String": (str,),
    "True": (bool,),
}


class SpecificationViolation(AssertionError):
    """A call that Telegram does not document."""


@cache
def _specification() -> dict[str, Any] | None:
    if not SPECIFICATION.exists():
        return None
    loaded: dict[str, Any] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    return loaded


def types() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the types of the fields of each type; empty without a description."""
    specification = _specification() or {"types": {}}
    return {
        name: {field["name"]: field["types"] for field in described.get("fields", [])}
        for name, described in specification["types"].items()
    }


def check(method: str, fields: Mapping[str, str]) -> None:
    """Check a call's name (in any case) and its form fields, which are JSON unless texts.

    Raises:
        OffSpecification: the call is not described.
    """
    specification = _specification()
    if specification is None:
        return
    described = {name.lower(): each for name, each in specification["methods"].items()}
    if method.lower() not in described:
        raise SpecificationViolation(f"{method} is not described")
    known = {field["name"]: field for field in described[method.lower()].get("fields", [])}
    for name, value in fields.items():
        if name not in known or not _fits(value, known[name]["types"]):
            raise SpecificationViolation(f"{method}: {name} is not described or of another type")
    missing = {name for name, field in known.items() if field["required"]} - fields.keys()
    if missing:
        raise SpecificationViolation(f"{method}: {sorted(missing)} missing")


def _fits(text: str, types: list[str]) -> bool:
    if "String" in types:
        return True
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return any(_is(value, each) for each in types)


def _is(value: object, name: str) -> bool:
    if name.startswith("Array of "):
        inner = name.removeprefix("Array of ")
        return isinstance(value, list) and all(_is(each, inner) for each in value)
    if name in _SCALARS:
        # A bool is an int to Python, but not to Telegram.
        return isinstance(value, _SCALARS[name]) and (
            not isinstance(value, bool) or bool in _SCALARS[name]
        )
    return isinstance(value, dict)
