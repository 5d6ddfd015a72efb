"""Emojis that Discord suggests while an option is typed."""

from discord import app_commands

from bot.adapters.discord.emojis import Emojis, to_wire
from model.emoji import emoji_names

MAX_SUGGESTIONS = 25
"""As many as Discord shows."""


def suggest_emojis(emojis: Emojis, typed: str, mark: str = "") -> list[app_commands.Choice[str]]:
    """Return emojis whose names contain the typed text, custom emojis first."""
    wanted = typed.strip().strip(":").lower()
    found = [name for name in sorted(emojis.custom) if wanted in name.lower()]
    for each, called in emoji_names().items():
        if len(found) >= MAX_SUGGESTIONS:
            break
        if each == typed.strip() or any(wanted in name for name in called):
            found.append(each)
    return [
        app_commands.Choice(name=f"{mark}{_named(each)}"[:100], value=f"{mark}{each}")
        for each in found[:MAX_SUGGESTIONS]
    ]


def _named(emoji: str) -> str:
    return (
        f"{to_wire(emoji) or ''} {emoji_names()[emoji][0]}".strip()
        if emoji in emoji_names()
        else emoji
    )
