"""``emoji-reactor model info``."""

import json

import typer

from bot.cli.options import AsJson, ModelOption, served_folder
from model import artifact, artifact_source


def info(model: ModelOption = None, as_json: AsJson = False) -> None:
    """Show what an artifact is made of, after checking its files.

    Example: emoji-reactor model info --json
    """
    loaded = artifact.load(artifact_source.locate(model or served_folder()))
    facts = json.loads(loaded.manifest.to_json())
    for key in ("sha256", "figures"):
        facts.pop(key, None)
    facts |= {"emojis": len(loaded.table.emojis), "folder": str(loaded.folder)}
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for key, value in facts.items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
        typer.echo(f"{key:20} {shown}")
