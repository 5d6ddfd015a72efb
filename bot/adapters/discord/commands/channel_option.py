"""The option of a command that names a channel or thread."""

import discord
from discord import app_commands

from bot.adapters.discord.context import Interaction

Channel = app_commands.AppCommandChannel | app_commands.AppCommandThread


class _ChannelOption(app_commands.Transformer):
    """A channel or thread; it need not be one that the bot can see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Channels in which people write."""
        kinds = discord.ChannelType
        rooms = [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum]
        return [*rooms, kinds.public_thread, kinds.private_thread, kinds.news_thread]

    async def transform(self, interaction: Interaction, value: Channel, /) -> Channel:
        """Return the channel as Discord described it."""
        return value


ChannelOption = app_commands.Transform[Channel, _ChannelOption]
