"""A member's own data and wishes."""

import io
import json

import discord
from discord import app_commands

from bot.adapters.discord.command_context import acknowledge, language_of, localized, respond
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.events import NAME
from bot.core.errors import StoreFailed
from bot.core.events import MemberKey
from bot.i18n import TERMS_VERSION, localize

FILE = "emoji-reactor.json"
ASK_SECONDS = 600.0


@app_commands.command(description=localized("command.privacy"))
async def privacy(interaction: Interaction) -> None:
    """Tell what is kept, with everything about the member as a file."""
    await acknowledge(interaction)
    context, language = context_of(interaction), language_of(interaction)
    texts = (
        "privacy.texts_consented" if context.settings.training_permitted else "privacy.texts_never"
    )
    lines = [
        f"**{localize('privacy.intro', language)}**",
        localize("privacy.rows", language, days=context.privacy.retention_days),
        localize(texts, language, days=context.privacy.text_retention_days),
        localize("privacy.model", language),
        localize("privacy.commands", language),
        localize("privacy.own", language),
    ]
    data = await context.service.member_requests.member_data(NAME, _member(interaction))
    written = json.dumps(data, ensure_ascii=False, indent=2).encode()
    file = discord.File(io.BytesIO(written), FILE)
    await interaction.edit_original_response(content="\n\n".join(lines), attachments=[file])


@app_commands.command(description=localized("command.forget"))
async def forget(interaction: Interaction) -> None:
    """Erase what is kept about the member."""
    await acknowledge(interaction)
    count = await context_of(interaction).service.member_requests.forget(NAME, _member(interaction))
    await respond(interaction, localize("forget.done", language_of(interaction), count=count))


@app_commands.command(description=localized("command.optout"))
async def optout(interaction: Interaction) -> None:
    """Leave the member alone from now on."""
    await acknowledge(interaction)
    await context_of(interaction).service.member_requests.opt_out(NAME, _member(interaction))
    await respond(interaction, localize("optout.done", language_of(interaction)))


@app_commands.command(description=localized("command.optin"))
async def optin(interaction: Interaction) -> None:
    """Take an opt-out back."""
    await acknowledge(interaction)
    await context_of(interaction).service.member_requests.opt_in(NAME, _member(interaction))
    await respond(interaction, localize("optin.done", language_of(interaction)))


@app_commands.command(description=localized("command.consent"))
async def consent(interaction: Interaction) -> None:
    """Say what is asked and for what, and let the member agree or take it back."""
    await acknowledge(interaction)
    context, language, member = (
        context_of(interaction),
        language_of(interaction),
        _member(interaction),
    )
    if not context.settings.training_permitted:
        await respond(interaction, localize("consent.unavailable", language))
        return
    if await context.store.members.is_opted_out(NAME, member):
        await respond(interaction, localize("consent.opted_out", language))
        return
    given = await context.service.member_requests.consent_version(NAME, member)
    standing = "active" if given == TERMS_VERSION else "outdated"
    lines = [
        f"**{localize('consent.title', language, version=TERMS_VERSION)}**",
        localize("consent.terms", language, days=context.privacy.text_retention_days),
        localize(
            "consent.inactive" if given is None else f"consent.{standing}", language, version=given
        ),
    ]
    view = Terms(given, language)
    await interaction.edit_original_response(content="\n\n".join(lines), view=view)


class Terms(discord.ui.View):
    """Agree, decline, or take it back; only the member sees it."""

    def __init__(self, given: str | None, language: str) -> None:
        """Offer what can change where ``given`` is the version agreed to."""
        super().__init__(timeout=ASK_SECONDS)
        if given != TERMS_VERSION:
            self.add_item(_Choice("agree", language))
        self.add_item(_Choice("decline" if given is None else "revoke", language))


class _Choice(discord.ui.Button[Terms]):
    def __init__(self, name: str, language: str) -> None:
        agrees = name == "agree"
        style = discord.ButtonStyle.success if agrees else discord.ButtonStyle.secondary
        super().__init__(label=localize(f"consent.{name}", language), style=style)
        self._name = name

    async def callback(self, interaction: Interaction) -> None:
        """Keep the choice; the buttons go."""
        await interaction.response.defer()
        try:
            told = await self._keep(interaction)
        except StoreFailed:
            told = "error.not_stored"
        text = localize(told, language_of(interaction), version=TERMS_VERSION)
        await interaction.edit_original_response(content=text, view=None)
        if self.view is not None:
            self.view.stop()

    async def _keep(self, interaction: Interaction) -> str:
        """The key of what to tell."""
        context, member = context_of(interaction), _member(interaction)
        if self._name == "decline":
            return "consent.declined"
        if self._name == "revoke":
            await context.service.member_requests.consent(NAME, member, None)
            return "consent.revoked"
        if await context.store.members.is_opted_out(NAME, member):
            return "consent.opted_out"
        await context.service.member_requests.consent(NAME, member, TERMS_VERSION)
        return "consent.given"


def _member(interaction: Interaction) -> MemberKey:
    return context_of(interaction).member(interaction.user.id)
