"""The privacy commands, which a member gives for themselves."""

from discord import app_commands

from bot.adapters.discord.command_context import (
    acknowledge,
    file_of,
    language_of,
    localized,
    respond,
    respond_with_file,
)
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.prompts import ask
from bot.core.events import MemberKey
from bot.core.members.privacy import DATA_FILENAME
from bot.i18n import localize


@app_commands.command(description=localized("command.privacy"))
async def privacy(interaction: Interaction) -> None:
    """Describe what is kept, with the member's data as a file."""
    await acknowledge(interaction)
    commands, language = context_of(interaction).privacy_commands, language_of(interaction)
    text = f"{commands.describe(language)}\n\n{localize('privacy.own', language)}"
    data = await commands.data_file(_member(interaction))
    await respond_with_file(interaction, text, file_of(data, DATA_FILENAME))


@app_commands.command(description=localized("command.forget"))
async def forget(interaction: Interaction) -> None:
    """Ask for confirmation of the erasure."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    await ask(interaction, commands.ask_to_forget(language_of(interaction)))


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
    await ask(interaction, prompt)


@app_commands.command(description=localized("command.personal"))
async def personal(interaction: Interaction) -> None:
    """Explain preferences of the member's own, and let the member agree or revoke."""
    await acknowledge(interaction)
    commands = context_of(interaction).privacy_commands
    prompt = await commands.ask_for_personal(_member(interaction), language_of(interaction))
    await ask(interaction, prompt)


def _member(interaction: Interaction) -> MemberKey:
    return context_of(interaction).member(interaction.user.id)
