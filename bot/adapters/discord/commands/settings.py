"""``/settings``: show, set and reset the settings of a server, a channel or a private chat."""

from dataclasses import replace

from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.command_context import (
    acknowledge,
    language_of,
    localized,
    respond,
    respond_framed,
    shortened,
)
from bot.adapters.discord.commands import settings_format
from bot.adapters.discord.commands.channel_option import Channel, ChannelOption
from bot.adapters.discord.commands.manager_group import ManagerGroup
from bot.adapters.discord.commands.settings_autocomplete import suggest_values
from bot.adapters.discord.context import Interaction, context_of, emojis_of
from bot.core.chat_settings.setting import InvalidSetting, is_default, settings_on
from bot.core.events import MessageRef
from bot.i18n import localize

SETTINGS = {setting.name: setting for setting in settings_on(events.NAME)}
_CHOICES = [
    app_commands.Choice(name=localized(f"setting.{name}.name"), value=name) for name in SETTINGS
]


@app_commands.default_permissions(manage_guild=True)
class SettingsGroup(ManagerGroup):
    """The commands below ``/settings``."""

    def __init__(self) -> None:
        """Describe the group; a server's owner may let others than managers use it."""
        super().__init__(name="settings", description=localized("command.settings"))

    @app_commands.command(description=localized("settings.about_show"))
    @app_commands.describe(channel=localized("settings.about_shown_channel"))
    async def show(self, interaction: Interaction, channel: ChannelOption | None = None) -> None:
        """Show all settings."""
        await acknowledge(interaction)
        store, language = context_of(interaction).store.chat_settings, language_of(interaction)
        ref, parent = _locate(interaction, channel or interaction.channel)
        settings, overrides = await store.get(ref, parent), await store.overrides(ref)
        overridden = {key for chat in ("", parent, ref.chat) for key in overrides.get(chat, ())}
        chat = f"<#{ref.chat}>" if interaction.guild else localize("settings.here", language)
        lines = [f"### {localize('settings.title', language, chat=chat)}"]
        emojis = emojis_of(interaction)
        for setting in SETTINGS.values():
            if setting.is_rare and setting.name not in overridden:
                continue
            value = settings_format.format_value(setting, settings, language, emojis)
            default = f" ({localize('settings.default', language)})"
            note = "" if setting.name in overridden else default
            lines.append(f"**{setting.label(language)}**: {value}{note}")
        await respond_framed(interaction, "\n".join(lines))

    @app_commands.command(name="set", description=localized("option.setting"))
    @app_commands.describe(
        setting=localized("option.setting"),
        value=localized("option.value"),
        channel=localized("option.channel"),
    )
    @app_commands.choices(setting=_CHOICES)
    async def change(
        self,
        interaction: Interaction,
        setting: str,
        value: str,
        channel: ChannelOption | None = None,
    ) -> None:
        """Set a value, or reset it with the word for the default."""
        await acknowledge(interaction)
        if is_default(value):
            await self._reset(interaction, setting, channel)
            return
        context, selected = context_of(interaction), SETTINGS[setting]
        store = context.store.chat_settings
        ref, parent, everywhere = _scope(interaction, channel)
        current, language = await store.get(ref, parent), language_of(interaction)
        try:
            parsed = settings_format.parse(selected, value, language, current, context.member)
        except InvalidSetting as error:
            await respond(interaction, str(error))
            return
        await store.set_override(ref, setting, selected.dump(parsed), everywhere=everywhere)
        await self._confirm(interaction, setting, "settings.saved", channel)

    @app_commands.command(description=localized("settings.about_reset"))
    @app_commands.describe(setting=localized("option.setting"), channel=localized("option.channel"))
    @app_commands.choices(setting=_CHOICES)
    async def reset(
        self, interaction: Interaction, setting: str, channel: ChannelOption | None = None
    ) -> None:
        """Remove a stored value."""
        await acknowledge(interaction)
        await self._reset(interaction, setting, channel)

    async def _reset(self, interaction: Interaction, setting: str, channel: Channel | None) -> None:
        ref, _, everywhere = _scope(interaction, channel)
        await context_of(interaction).store.chat_settings.remove_override(
            ref, setting, everywhere=everywhere
        )
        await self._confirm(interaction, setting, "settings.unset", channel)

    @change.autocomplete("value")
    async def _values(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await suggest_values(interaction, str(interaction.namespace.setting or ""), typed)

    async def _confirm(
        self, interaction: Interaction, setting: str, key: str, channel: Channel | None
    ) -> None:
        """Respond with the text under ``key`` about the value that holds now."""
        language, selected = language_of(interaction), SETTINGS[setting]
        ref, parent, _ = _scope(interaction, channel)
        settings = await context_of(interaction).store.chat_settings.get(ref, parent)
        value = settings_format.format_value(selected, settings, language, emojis_of(interaction))
        text = localize(key, language, name=selected.label(language), value=value)
        await respond(interaction, shortened(text))


def _locate(interaction: Interaction, channel: object) -> tuple[MessageRef, str]:
    """Return the reference of a channel, and the id of its parent if it is a thread."""
    ref = events.interaction_ref(interaction)
    if isinstance(channel, Channel):
        ref = replace(ref, chat=str(channel.id))
    return ref, events.parent_of(channel)


def _scope(interaction: Interaction, channel: Channel | None) -> tuple[MessageRef, str, bool]:
    """Return reference, parent, and True if the setting is for the whole community."""
    if channel is None:
        ref = events.interaction_ref(interaction)
        return replace(ref, chat=""), "", True
    return *_locate(interaction, channel), False
