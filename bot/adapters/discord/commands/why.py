"""Why an emoji was chosen, and which would have fitted."""

import re

import discord
from discord import app_commands

from bot.adapters.discord import translate
from bot.adapters.discord.buttons import choose, thanks
from bot.adapters.discord.commands.tree import acknowledge, spoken, tell, words
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.emojis import from_wire, own_names, to_wire
from bot.core.events import FeedbackSource, RecordedOutcome
from bot.core.messages.explanation import explain
from bot.i18n import localize
from model.emoji import names

_LINK = re.compile(
    r"(?:https://\S*?/channels/(?:\d+|@me)/(?P<channel>\d+)/)?(?P<message>\d{1,20})/?"
)
MOST_PROPOSED = 25


@app_commands.command(description=words("command.why"))
@app_commands.describe(message=words("option.message"))
async def why(interaction: Interaction, message: str | None = None) -> None:
    """Tell the scores behind an answer: the last one here, or that on a message."""
    await acknowledge(interaction)
    await _explain(interaction, _meant(interaction, message))


@app_commands.context_menu(name=words("menu.why"))
async def why_this(interaction: Interaction, message: discord.Message) -> None:
    """Tell the scores behind the answer to a message, or behind an answer of the bot."""
    await acknowledge(interaction)
    await _explain(interaction, _answered(interaction, message))


@app_commands.command(description=words("command.feedback"))
@app_commands.describe(emoji=words("option.emoji"), message=words("option.message"))
async def feedback(interaction: Interaction, emoji: str, message: str | None = None) -> None:
    """Keep which emoji would have fitted; 👎 for none."""
    await acknowledge(interaction)
    picked = from_wire(discord.PartialEmoji.from_str(emoji.strip()))
    if picked is None and emoji.strip() in own_names(interaction.guild):
        picked = emoji.strip()
    meant = _meant(interaction, message)
    if picked is None or meant is None:
        await tell(interaction, localize("feedback.unknown", spoken(interaction)))
        return
    kind = await choose(interaction, meant, picked, source=FeedbackSource.COMMAND)
    await tell(interaction, await thanks(interaction, kind, picked))


@feedback.autocomplete("emoji")
async def _emojis(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return propose_emojis(interaction.guild, typed)


def propose_emojis(
    guild: discord.Guild | None, typed: str, mark: str = ""
) -> list[app_commands.Choice[str]]:
    """Emojis whose names hold what was typed, the server's own first."""
    wanted = typed.strip().strip(":").lower()
    found = [name for name in sorted(own_names(guild)) if wanted in name.lower()]
    for each, called in names().items():
        if len(found) >= MOST_PROPOSED:
            break
        if each == typed.strip() or any(wanted in name for name in called):
            found.append(each)
    return [
        app_commands.Choice(name=f"{mark}{_named(each)}"[:100], value=f"{mark}{each}")
        for each in found[:MOST_PROPOSED]
    ]


def _named(emoji: str) -> str:
    return f"{to_wire(emoji) or ''} {names()[emoji][0]}".strip() if emoji in names() else emoji


def _meant(interaction: Interaction, written: str | None) -> int | None:
    """The id of the message that somebody means; None where it stands elsewhere."""
    if written is None:
        latest = context_of(interaction).latest.get(str(interaction.channel_id))
        return int(latest) if latest else None
    found = _LINK.fullmatch(written.strip())
    if found is None or found["channel"] not in (None, str(interaction.channel_id)):
        return None
    return int(found["message"])


def _answered(interaction: Interaction, message: discord.Message) -> int:
    """What a message of the bot answers; another message itself."""
    me = interaction.client.user
    if me is None or message.author.id != me.id:
        return message.id
    if message.interaction_metadata is not None:
        return message.interaction_metadata.id
    reference = message.reference.message_id if message.reference else None
    return reference or message.id


async def _explain(interaction: Interaction, message: int | None) -> None:
    found = None
    if message is not None:
        ref = translate.asked_here(interaction, message)
        found = await context_of(interaction).service.recorded_outcome(ref)
    language = spoken(interaction)
    known = localize("why.unknown", language) if found is None else _told(found, interaction)
    await tell(interaction, known)


def _told(answer: RecordedOutcome, interaction: Interaction) -> str:
    guild = interaction.guild
    return explain(answer, spoken(interaction), lambda emoji: str(to_wire(emoji, guild) or emoji))
