"""Recipe files: TOML documents that include others."""

import os
import tomllib
from pathlib import Path
from typing import Any

_INCLUDE = "include"
_NAMED_LISTS = ("sources", "validation", "held_out")
_PATHS = ("path", "published")


def read_document(path: Path) -> dict[str, Any]:
    """Return a TOML document over those that it includes, in their order.

    ``include`` lists files, relative to the document. A value replaces an included one; tables are
    merged key by key, and so are sources and splits of one name. Paths in an included file are
    relative to that file.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is not TOML, or ``include`` is no list of files; the message names it.
    """
    document = _load(path)
    included = document.pop(_INCLUDE, [])
    if not isinstance(included, list) or not all(isinstance(name, str) for name in included):
        raise ValueError("include: write a list of files")
    merged: dict[str, Any] = {}
    for name in included:
        part = _load(path.parent / name)
        if _INCLUDE in part:
            raise ValueError(f"{path.parent / name}: include: an included file includes no other")
        merged = _merge(merged, _rebase(part, path.parent / name, path.parent))
    return _merge(merged, document)


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _merge(included: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = {**included, **own}
    for key in included.keys() & own.keys():
        before, after = included[key], own[key]
        if isinstance(before, dict) and isinstance(after, dict):
            merged[key] = {**before, **after}
        elif key in _NAMED_LISTS and _are_tables(before) and _are_tables(after):
            merged[key] = _merge_by_name(before, after)
    return merged


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _merge_by_name(
    included: list[dict[str, Any]], own: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    changes = {item.get("name"): item for item in own}
    names = {item.get("name") for item in included}
    changed = [{**item, **changes.get(item.get("name"), {})} for item in included]
    return [*changed, *(item for item in own if item.get("name") not in names)]


def _rebase(document: dict[str, Any], file: Path, folder: Path) -> dict[str, Any]:
    """Return a document whose paths are relative to ``folder`` instead of to its file."""
    rebased = dict(document)
    for key in document.keys() & set(_NAMED_LISTS):
        if _are_tables(document[key]):
            rebased[key] = [
                {
                    name: os.path.relpath(file.parent / value, folder)
                    if name in _PATHS and isinstance(value, str)
                    else value
                    for name, value in item.items()
                }
                for item in document[key]
            ]
    return rebased
