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
from bot.core.members.privacy import Prompt, choice_of
from bot.i18n import localize

RESET, RETAIN = "reset", "retain"
"""Choices about the preferences of a community; all others are those of ``PrivacyCommands``."""
_STYLES: Mapping[str, discord.ButtonStyle] = {
    "forget": discord.ButtonStyle.danger,
    RESET: discord.ButtonStyle.danger,
    "agree": discord.ButtonStyle.success,
    "learn": discord.ButtonStyle.success,
}


class ChoiceButton(discord.ui.DynamicItem[Button], template=r"choice:(?P<name>[a-z0-9-]{1,40})"):
    """A button that makes a choice; only the member who was asked sees it."""

    def __init__(self, name: str, label: str | None = None) -> None:
        """Make the choice called ``name``."""
        style = _STYLES.get(choice_of(name), discord.ButtonStyle.secondary)
        super().__init__(Button(custom_id=f"choice:{name}", label=label, style=style))
        self._name = name

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button from its id."""
        return cls(match["name"])

    async def callback(self, interaction: Interaction) -> None:
        """Carry out the choice, and remove the buttons once it is stored."""
        await interaction.response.defer()
        try:
            answer = await _choose(interaction, self._name)
        except StoreFailed:
            text = localize("error.not_stored", language_of(interaction))
            await finish_press(interaction, text, stored=False)
            return
        if answer.choices:
            await ask(interaction, answer)
        else:
            await finish_press(interaction, answer.text, stored=True)


async def ask(interaction: Interaction, prompt: Prompt) -> None:
    """Respond to an acknowledged interaction with a question and its choices."""
    buttons = [ChoiceButton(name, label) for name, label in prompt.choices]
    await respond_with_buttons(interaction, prompt.text, buttons)


async def _choose(interaction: Interaction, name: str) -> Prompt:
    """Carry out a choice; return its confirmation, or the question that stands in its place.

    Raises:
        StoreFailed: it was not stored.
    """
    if name == RESET:
        return Prompt(await _reset(interaction))
    context, language = context_of(interaction), language_of(interaction)
    if name == RETAIN:
        return Prompt(localize("preferences.kept", language))
    member = context.member(interaction.user.id)
    return await context.privacy_commands.choose(name, member, language)


async def _reset(interaction: Interaction) -> str:
    language = language_of(interaction)
    if not may_manage(interaction):  # any more
        return localize("preferences.admins", language)
    requests = context_of(interaction).service.member_requests
    await requests.reset_preferences(events.interaction_ref(interaction))
    return localize("preferences.forgotten", language)
