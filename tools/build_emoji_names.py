r"""Generate the names and keywords of emojis in a language from CLDR's annotations.

Unpack the npm packages ``cldr-annotations-full`` and ``cldr-annotations-derived-full``, then:
``python tools/build_emoji_names.py es recipes/names/es.json cldr-annotations-full/package \
cldr-annotations-derived-full/package``; for ``en`` the target is ``model/emoji_names.json``.
"""

import json
import sys
from pathlib import Path

import emoji

from model.emoji import canonical


def annotations(language: str, packages: list[str]) -> dict[str, dict[str, list[str]]]:
    """Return canonical emoji -> {default: keywords, tts: [name]} of all packages."""
    merged: dict[str, dict[str, list[str]]] = {}
    for package in packages:
        for path in Path(package).glob(f"annotations*/{language}/annotations.json"):
            document = json.loads(path.read_text(encoding="utf-8"))
            table = document.get("annotations") or document["annotationsDerived"]
            for character, entry in table["annotations"].items():
                merged.setdefault(canonical(character), entry)
    return merged


def main() -> None:
    """Write the emojis of the ``emoji`` package with their CLDR names and keywords."""
    language, target, *packages = sys.argv[1:]
    cldr = annotations(language, packages)
    table: dict[str, list[str]] = {}
    for character, data in emoji.EMOJI_DATA.items():
        key = canonical(character)
        if data["status"] != emoji.STATUS["fully_qualified"] or key in table:
            continue
        entry = cldr.get(key, {})
        fallback = [data["en"].strip(":").replace("_", " ")] if language == "en" else []
        name = (entry.get("tts") or fallback)[:1]
        words = [w for w in entry.get("default", []) if w not in name and len(w) > 1]
        if name or words:
            table[key] = [*name, *words[:12]]
    lines = ",\n".join(
        f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v, ensure_ascii=False)}"
        for k, v in sorted(table.items())
    )
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
