"""Questions with buttons below, whose presses are answered after a restart as well."""

import re
from collections.abc import Mapping
from typing import Any, Self

import discord

from bot.adapters.discord import events
from bot.adapters.discord.buttons import Button
from bot.adapters.discord.command_context import (
    finish_press,
    language_of,
    may_manage,
    respond_with_buttons,
)
from bot.adapters.discord.context import Interaction, context_of
from bot.core.errors import StoreFailed
from bot.core.members.privacy import Prompt
from bot.i18n import TERMS_VERSION, localize

RESET, RETAIN = "reset", "retain"
"""Choices about the preferences of a community; all others are those of ``PrivacyCommands``."""
_STYLES: Mapping[str, discord.ButtonStyle] = {
    "forget": discord.ButtonStyle.danger,
    RESET: discord.ButtonStyle.danger,
    "agree": discord.ButtonStyle.success,
    "learn": discord.ButtonStyle.success,
}


class ChoiceButton(
    discord.ui.DynamicItem[Button], template=r"choice:(?P<terms>[0-9-]{1,20}):(?P<name>[a-z]{1,20})"
):
    """A button that makes a choice; only the member who was asked sees it."""

    def __init__(self, name: str, label: str | None = None, terms: str = TERMS_VERSION) -> None:
        """Make the choice called ``name``, below the terms of this version."""
        style = _STYLES.get(name, discord.ButtonStyle.secondary)
        super().__init__(Button(custom_id=f"choice:{terms}:{name}", label=label, style=style))
        self._name = name
        self._terms = terms

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button from its id."""
        return cls(match["name"], terms=match["terms"])

    async def callback(self, interaction: Interaction) -> None:
        """Carry out the choice, and remove the buttons once it is stored."""
        await interaction.response.defer()
        language = language_of(interaction)
        if self._terms != TERMS_VERSION:  # nobody agrees to terms that they did not see
            await finish_press(interaction, localize("error.expired", language), stored=True)
            return
        try:
            text = await _choose(interaction, self._name)
        except StoreFailed:
            await finish_press(interaction, localize("error.not_stored", language), stored=False)
        else:
            await finish_press(interaction, text, stored=True)


async def ask(interaction: Interaction, prompt: Prompt) -> None:
    """Respond to an acknowledged interaction with a question and its choices."""
    buttons = [ChoiceButton(name, label) for name, label in prompt.choices]
    await respond_with_buttons(interaction, prompt.text, buttons)


async def _choose(interaction: Interaction, name: str) -> str:
    """Carry out a choice; return its confirmation.

    Raises:
        StoreFailed: it was not stored.
    """
    if name == RESET:
        return await _reset(interaction)
    context, language = context_of(interaction), language_of(interaction)
    if name == RETAIN:
        return localize("preferences.kept", language)
    member = context.member(interaction.user.id)
    return await context.privacy_commands.choose(name, member, language)


async def _reset(interaction: Interaction) -> str:
    language = language_of(interaction)
    if not may_manage(interaction):  # any more
        return localize("preferences.admins", language)
    requests = context_of(interaction).service.member_requests
    await requests.reset_preferences(events.interaction_ref(interaction))
    return localize("preferences.forgotten", language)
