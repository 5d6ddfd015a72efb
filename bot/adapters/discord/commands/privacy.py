"""The privacy commands, which a member gives for themselves."""

import io

import discord
from discord import app_commands

from bot.adapters.discord.command_context import (
    acknowledge,
    finish_press,
    language_of,
    localized,
    respond,
)
from bot.adapters.discord.context import Interaction, context_of
from bot.core.errors import StoreFailed
from bot.core.events import MemberKey
from bot.core.members.privacy import DATA_FILENAME, Prompt
from bot.i18n import localize

PROMPT_TIMEOUT_SECONDS = 600.0
_STYLES = {
    "forget": discord.ButtonStyle.danger,
    "agree": discord.ButtonStyle.success,
    "learn": discord.ButtonStyle.success,
}


@app_commands.command(description=localized("command.privacy"))
async def privacy(interaction: Interaction) -> None:
    """Describe what is kept, with the member's data as a file."""
    await acknowledge(interaction)
    commands, language = context_of(interaction).privacy_commands, language_of(interaction)
    text = f"{commands.describe(language)}\n\n{localize('privacy.own', language)}"
    data = await commands.data_file(_member(interaction))
    file = discord.File(io.BytesIO(data), DATA_FILENAME)
    await interaction.edit_original_response(content=text, attachments=[file])


@app_commands.command(description=localized("command.forget"))
async def forget(interaction: Interaction) -> None:
    """Ask for confirmation of the erasure."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    await _respond(interaction, commands.ask_to_forget(language_of(interaction)))


@app_commands.command(description=localized("command.optout"))
async def optout(interaction: Interaction) -> None:
    """Record an opt-out."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    await respond(
        interaction, await commands.opt_out(_member(interaction), language_of(interaction))
    )


@app_commands.command(description=localized("command.optin"))
async def optin(interaction: Interaction) -> None:
    """Revoke an opt-out."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    await respond(
        interaction, await commands.opt_in(_member(interaction), language_of(interaction))
    )


@app_commands.command(description=localized("command.consent"))
async def consent(interaction: Interaction) -> None:
    """Show the terms, and let the member agree or revoke."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    prompt = await commands.ask_for_consent(_member(interaction), language_of(interaction))
    await _respond(interaction, prompt)


@app_commands.command(description=localized("command.personal"))
async def personal(interaction: Interaction) -> None:
    """Explain preferences of the member's own, and let the member agree or revoke."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    prompt = await commands.ask_for_personal(_member(interaction), language_of(interaction))
    await _respond(interaction, prompt)


class PromptView(discord.ui.View):
    """The choices of a prompt; only the member sees them."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(timeout=PROMPT_TIMEOUT_SECONDS)
        for name, label in prompt.choices:
            self.add_item(_ChoiceButton(name, label))


class _ChoiceButton(discord.ui.Button[PromptView]):
    def __init__(self, name: str, label: str) -> None:
        super().__init__(label=label, style=_STYLES.get(name, discord.ButtonStyle.secondary))
        self._name = name

    async def callback(self, interaction: Interaction) -> None:
        """Carry out the choice, and remove the buttons once it is stored."""
        await interaction.response.defer()
        commands, language = context_of(interaction).privacy_commands, language_of(interaction)
        try:
            text = await commands.choose(self._name, _member(interaction), language)
        except StoreFailed:
            await finish_press(interaction, localize("error.not_stored", language), stored=False)
            return
        await finish_press(interaction, text, stored=True)
        if self.view is not None:
            self.view.stop()


async def _respond(interaction: Interaction, prompt: Prompt) -> None:
    if not prompt.choices:
        await respond(interaction, prompt.text)
        return
    await interaction.edit_original_response(content=prompt.text, view=PromptView(prompt))


def _member(interaction: Interaction) -> MemberKey:
    return context_of(interaction).member(interaction.user.id)
