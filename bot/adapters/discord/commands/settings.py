"""What a server, a channel or a private chat chooses."""

from dataclasses import replace

import discord
from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.command_context import acknowledge, language_of, localized, respond
from bot.adapters.discord.commands import settings_format
from bot.adapters.discord.commands.autocomplete import MAX_SUGGESTIONS, suggest_emojis
from bot.adapters.discord.context import Interaction, context_of
from bot.adapters.discord.emojis import to_wire
from bot.core.chat_settings.overrides import KEYS
from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import MessageRef
from bot.i18n import FALLBACK, localize

Chosen = app_commands.AppCommandChannel | app_commands.AppCommandThread
LONGEST = 2000
ONLY_MANAGERS = "Only members with the permission Manage Server can change my settings."
ONLY_IN = "Only in this channel or thread; empty for the whole server"
VALUE = "Its new value; a list may start with + to add or - to take away"
_CHOICES = [
    app_commands.Choice(name=localize(f"setting.{key}.name", FALLBACK), value=key) for key in KEYS
]


class _Place(app_commands.Transformer):
    """A channel or thread; it need not be one that the bot can see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Where people write."""
        kinds = discord.ChannelType
        rooms = [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum]
        return [*rooms, kinds.public_thread, kinds.private_thread, kinds.news_thread]

    async def transform(self, interaction: Interaction, value: Chosen, /) -> Chosen:
        """The channel as Discord described it."""
        return value


Place = app_commands.Transform[Chosen, _Place]


@app_commands.default_permissions(manage_guild=True)
class SettingsGroup(app_commands.Group):
    """See, change and reset."""

    def __init__(self) -> None:
        """For those with Manage Server, unless a server's owner lets others too."""
        super().__init__(name="settings", description=localized("command.settings"))

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """In a private chat everybody is their own manager."""
        if interaction.guild_id is None or interaction.permissions.manage_guild:
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await respond(interaction, ONLY_MANAGERS)
        return False

    @app_commands.command(description="Everything that holds here, and what was chosen")
    @app_commands.describe(channel="Of this channel or thread; empty for where you are")
    async def show(self, interaction: Interaction, channel: Place | None = None) -> None:
        """Print all settings."""
        await acknowledge(interaction)
        context, language = context_of(interaction), language_of(interaction)
        here, parent = _place(interaction, channel or interaction.channel)
        settings = await context.store.chat_settings.get(here, parent)
        chosen = await context.store.chat_settings.overrides(here)
        own = {key for chat in ("", parent, here.chat) for key in chosen.get(chat, ())}
        where = f"<#{here.chat}>" if interaction.guild else localize("settings.here", language)
        lines = [f"**{localize('settings.title', language, chat=where)}**"]
        for key in KEYS:
            value = settings_format.show(key, settings, language, interaction.guild)
            usual = "" if key in own else f" ({localize('settings.default', language)})"
            lines.append(f"**{localize(f'setting.{key}.name', language)}**: {value}{usual}")
        await respond(interaction, _fitting("\n".join(lines)))

    @app_commands.command(name="set", description=localized("option.setting"))
    @app_commands.describe(setting=localized("option.setting"), value=VALUE, channel=ONLY_IN)
    @app_commands.choices(setting=_CHOICES)
    async def change(
        self, interaction: Interaction, setting: str, value: str, channel: Place | None = None
    ) -> None:
        """Keep a choice."""
        await acknowledge(interaction)
        context, language = context_of(interaction), language_of(interaction)
        here, parent, everywhere = _scope(interaction, channel)
        try:
            now = await context.store.chat_settings.get(here, parent)
            stored = settings_format.read(setting, value, now)
            await context.store.chat_settings.set_override(
                here, setting, stored, everywhere=everywhere
            )
        except ValueError as error:
            await respond(interaction, localize("settings.invalid", language, cause=error))
            return
        await self._tell_now(interaction, setting, "settings.saved", channel)

    @app_commands.command(description="Put a setting back to its default")
    @app_commands.describe(setting=localized("option.setting"), channel=ONLY_IN)
    @app_commands.choices(setting=_CHOICES)
    async def reset(
        self, interaction: Interaction, setting: str, channel: Place | None = None
    ) -> None:
        """Take a choice back."""
        await acknowledge(interaction)
        here, _, everywhere = _scope(interaction, channel)
        await context_of(interaction).store.chat_settings.remove_override(
            here, setting, everywhere=everywhere
        )
        await self._tell_now(interaction, setting, "settings.unset", channel)

    @change.autocomplete("value")
    async def _values(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        setting = str(interaction.namespace.setting or "")
        if setting in settings_format.EMOJI_LISTS:
            return await _propose_list(interaction, setting, typed)
        if setting in settings_format.LISTS:
            return _propose_places(interaction.guild, setting, typed)
        proposals = [
            each for each in settings_format.propose(setting) if typed.lower() in each.lower()
        ]
        return [app_commands.Choice(name=each, value=each) for each in proposals]

    async def _tell_now(
        self, interaction: Interaction, setting: str, key: str, channel: Chosen | None
    ) -> None:
        """Say what holds now."""
        context, language = context_of(interaction), language_of(interaction)
        here, parent, _ = _scope(interaction, channel)
        settings = await context.store.chat_settings.get(here, parent)
        value = settings_format.show(setting, settings, language, interaction.guild)
        name = localize(f"setting.{setting}.name", language)
        await respond(interaction, _fitting(localize(key, language, name=name, value=value)))


def _place(interaction: Interaction, channel: object) -> tuple[MessageRef, str]:
    """A channel as the store knows it, with the parent of a thread."""
    here = events.interaction_ref(interaction)
    if isinstance(channel, Chosen):
        here = replace(here, chat=str(channel.id))
    return here, events.parent_of(channel)


def _scope(interaction: Interaction, channel: Chosen | None) -> tuple[MessageRef, str, bool]:
    """What is chosen for: one channel, or with True everything."""
    if channel is None:
        here = events.interaction_ref(interaction)
        return replace(here, chat=""), "", True
    return *_place(interaction, channel), False


async def _propose_list(
    interaction: Interaction, setting: str, typed: str
) -> list[app_commands.Choice[str]]:
    """Those on the list to take away, then others to add."""
    here, _, _ = _scope(interaction, None)
    settings: ChatSettings = await context_of(interaction).store.chat_settings.get(here)
    mark, word = ("", typed) if typed[:1] not in "+-" else (typed[:1], typed[1:])
    held = [
        app_commands.Choice(name=f"-{to_wire(each) or each}", value=f"-{each}")
        for each in sorted(getattr(settings, setting) or ())
    ]
    added = suggest_emojis(interaction.guild, word, "+")
    if mark == "-":
        return held[:MAX_SUGGESTIONS]
    return added if mark == "+" or word else [*held, *added][:MAX_SUGGESTIONS]


def _propose_places(
    guild: discord.Guild | None, setting: str, typed: str
) -> list[app_commands.Choice[str]]:
    """Channels or roles to add or, after a minus, to take away."""
    if guild is None:
        return []
    mark, word = (typed[0], typed[1:]) if typed[:1] in ("+", "-") else ("+", typed)
    roles = [(f"@{each.name}", each.mention) for each in guild.roles if not each.is_default()]
    channels = [(f"#{each.name}", each.mention) for each in guild.channels]
    known = roles if setting == "role_deny" else channels
    return [
        app_commands.Choice(name=f"{mark}{name}"[:100], value=f"{mark}{mention}")
        for name, mention in known
        if word.strip().lower() in name.lower()
    ][:MAX_SUGGESTIONS]


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
