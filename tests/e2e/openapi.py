"""Checks of requests against Discord's OpenAPI description, if it is there."""

import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SPECIFICATION = Path(__file__).parents[3] / "shared" / "specs" / "discord-openapi.json"


class SpecificationViolation(AssertionError):
    """A request that Discord does not document."""


@cache
def _specification() -> dict[str, Any] | None:
    if not SPECIFICATION.exists():
        return None
    loaded: dict[str, Any] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    # discord.py numbers files, and Discord takes numbers for the ids that it describes as texts.
    loaded["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
    return loaded


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Return path patterns, the most literal first: ``@me`` is not a user id."""
    described: dict[str, Any] = (_specification() or {"paths": {}})["paths"]
    ordered = sorted(described, key=lambda path: path.count("{"))
    return [
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))), described[path])
        for path in ordered
    ]


def check(method: str, path: str, body: bytes, content_type: str) -> None:
    """Check method, path, its ids, and that a body is as described where one may come.

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
    raise SpecificationViolation(f"{method} {path} is not described")


def _check_ids(match: re.Match[str], method: str, path: str) -> None:
    for name, value in match.groupdict().items():
        if name.endswith("_id") and not re.fullmatch(r"(0|[1-9][0-9]*)|@\w+", value):
            raise SpecificationViolation(f"{method} {path}: {name} is no id")


def _check_body(
    operation: dict[str, Any], method: str, path: str, body: bytes, content_type: str
) -> None:
    described = operation.get("requestBody", {}).get("content", {})
    kind = content_type.split(";")[0]
    if body and kind not in described:
        raise SpecificationViolation(f"{method} {path}: a body of type {content_type!r}")
    if operation.get("requestBody", {}).get("required") and not body:
        raise SpecificationViolation(f"{method} {path}: no body")
    if not body:
        return
    form = kind == "multipart/form-data"
    given = json.loads(form_parts(body, content_type)["payload_json"] if form else body)
    wrong = best_match(_validator(json.dumps(described["application/json"])).iter_errors(given))
    if wrong is not None:
        where = "/".join(map(str, wrong.absolute_path))
        raise SpecificationViolation(f"{method} {path}: {where}: {wrong.message}")


def form_parts(body: bytes, content_type: str) -> dict[str, bytes]:
    """Return the parts of a form by name."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    parts: dict[str, bytes] = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        parts[str(name)] = content if isinstance(content, bytes) else b""
    return parts


@cache
def _validator(described: str) -> Draft202012Validator:
    parts = {"components": (_specification() or {})["components"]}
    return Draft202012Validator({**json.loads(described)["schema"], **parts})
