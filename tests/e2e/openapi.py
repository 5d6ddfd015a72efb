"""Checks requests against Discord's own OpenAPI description, where the checkout has it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).parents[3] / "shared" / "specs" / "discord-openapi.json"


class OffSpecification(AssertionError):
    """The bot asked for something that Discord does not document."""


@cache
def _specification() -> dict[str, Any] | None:
    if not SPECIFICATION.exists():
        return None
    loaded: dict[str, Any] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    return loaded


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Path patterns, the most literal first: ``@me`` is no user id."""
    described: dict[str, Any] = (_specification() or {"paths": {}})["paths"]
    ordered = sorted(described, key=lambda path: path.count("{"))
    return [
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))), described[path])
        for path in ordered
    ]


def check(method: str, path: str, body: bytes, content_type: str) -> None:
    """Check method, path, its ids, and that a body comes only where one is described.

    Raises:
        OffSpecification: the request is not described.
    """
    if _specification() is None:
        return
    for pattern, item in _paths():
        match = pattern.fullmatch(path)
        if match and method.lower() in item:
            _check_ids(match, method, path)
            _check_body(item[method.lower()], method, path, body, content_type)
            return
    raise OffSpecification(f"{method} {path} is not described")


def _check_ids(match: re.Match[str], method: str, path: str) -> None:
    for name, value in match.groupdict().items():
        if name.endswith("_id") and not re.fullmatch(r"(0|[1-9][0-9]*)|@\w+", value):
            raise OffSpecification(f"{method} {path}: {name} is no id")


def _check_body(
    operation: dict[str, Any], method: str, path: str, body: bytes, content_type: str
) -> None:
    described = operation.get("requestBody", {}).get("content", {})
    if body and content_type.split(";")[0] not in described:
        raise OffSpecification(f"{method} {path}: a body of type {content_type!r}")
    if operation.get("requestBody", {}).get("required") and not body:
        raise OffSpecification(f"{method} {path}: no body")
