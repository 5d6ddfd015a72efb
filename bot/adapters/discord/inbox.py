"""Discord's events, handed to the core in order."""

import discord

from bot.adapters.discord import translate
from bot.adapters.discord.emojis import from_wire
from bot.core.events import MessageRef
from bot.core.identity import Pseudonyms
from bot.core.intake import Intake
from bot.core.ports import ChatPlatform
from bot.core.reactions import Reactions
from bot.core.service import Service


class Inbox:
    """Everything that a gateway client heard and that has to be finished before it closes."""

    def __init__(self, service: Service, platform: ChatPlatform, pseudonyms: Pseudonyms) -> None:
        """Answer through ``platform``."""
        self._service = service
        self._platform = platform
        self._pseudonyms = pseudonyms
        self._reactions = Reactions(service)
        self._intake = Intake()

    def message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Somebody wrote."""
        incoming = translate.incoming(message, me, self._pseudonyms)
        if incoming is not None:
            self._intake.accept(incoming.ref, self._service.on_message(incoming, self._platform))

    def reaction(self, event: discord.RawReactionActionEvent, me: discord.ClientUser) -> None:
        """Somebody reacted or took it back; the bot's own is taken away by somebody else only."""
        added = event.event_type == "REACTION_ADD"
        emoji = from_wire(event.emoji)
        if emoji is None or (added and event.user_id == me.id):
            return
        if event.member is not None and event.member.bot:
            return
        ref = translate.ref(event.guild_id, event.channel_id, event.message_id)
        # Who removed the bot's reaction is not told: the bot's key stands for the unknown person.
        actor = self._pseudonyms.key(translate.NAME, str(event.user_id))
        if event.user_id == me.id:
            self._intake.accept(ref, self._reactions.removed(ref, actor, emoji))
        else:
            work = self._reactions.changed(ref, actor, emoji, withdrawn=not added)
            self._intake.accept(ref, work)

    def cleared(
        self, ref: MessageRef, emoji: discord.PartialEmoji | None, me: discord.ClientUser
    ) -> None:
        """A moderator took all reactions away, or all with one emoji."""
        shown = from_wire(emoji) if emoji else None
        if emoji and shown is None:
            return
        actor = self._pseudonyms.key(translate.NAME, str(me.id))
        self._intake.accept(ref, self._reactions.removed(ref, actor, shown))

    def deleted(self, ref: MessageRef) -> None:
        """A message is gone."""
        self._intake.accept(ref, self._service.on_deletion(ref))

    async def drain(self, seconds: float) -> None:
        """Hear nothing more, and finish what was heard."""
        await self._intake.drain(seconds)
