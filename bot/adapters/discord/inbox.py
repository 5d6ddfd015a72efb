"""The events of a client, passed to the core in order."""

import discord
from cachetools import TTLCache

from bot.adapters.discord import events
from bot.adapters.discord.auto_disable import AutoDisable
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.emojis import community_emojis, from_wire
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.events import IncomingMessage, MemberKey, MessageRef
from bot.core.ports import ChatPlatform
from model.emoji import parse_choice

BLOCKED_SECONDS = 3600.0
"""Time for which members who blocked the bot are skipped: each reaction is an invalid request."""


class Inbox:
    """Tasks for the accepted events of one client."""

    def __init__(
        self, context: AdapterContext, platform: ChatPlatform, auto_disable: AutoDisable
    ) -> None:
        """Answer through ``platform``, and pass the outcomes to ``auto_disable``."""
        self._context = context
        self._service = context.service
        self._platform = platform
        self._auto_disable = auto_disable
        self._blocked: TTLCache[MemberKey, None] = TTLCache(10_000, BLOCKED_SECONDS)
        self._tasks = OrderedTasks()

    def message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Accept a message, the bot's own replies included."""
        answered = events.answered_ref(message, me)
        if answered is not None:
            # Before members can react to it: the response to the call that sent it may come later.
            self._context.answered_refs[events.ref_of(message)] = answered
            return
        storable = self._context.settings.training_permitted
        incoming = events.to_incoming(
            message, me, self._context.pseudonyms, may_store_text=storable
        )
        if incoming is None or incoming.author in self._blocked:
            return
        self._tasks.submit(incoming.ref, self._answer(incoming))

    def reaction(
        self,
        event: discord.RawReactionActionEvent,
        me: discord.ClientUser,
        guild: discord.Guild | None,
    ) -> None:
        """Accept an added or removed reaction; the bot's own is only ever removed by others."""
        added = event.event_type == "REACTION_ADD"
        emoji = from_wire(event.emoji)
        if emoji is None or (added and event.user_id == me.id):
            return
        if event.member is not None and event.member.bot:
            return
        ref = events.ref(event.guild_id, event.channel_id, event.message_id)
        target = self._context.answered_refs.get(ref, ref)
        # Discord does not tell who removed the bot's reaction: the bot's key is the actor.
        actor = self._context.member(event.user_id)
        if event.user_id == me.id:
            removal = self._context.reactions.on_bot_reaction_removed(target, actor, emoji)
            self._tasks.submit(target, removal)
            return
        # Members with Nitro react with emojis of other servers, whose names are anybody's text.
        # What is withdrawn was accepted once, or is stored nowhere.
        chosen = parse_choice(emoji, community_emojis(guild) if added else [emoji])
        if chosen is not None:
            reaction = self._context.reactions.on_reaction(
                target, actor, chosen, withdrawn=not added
            )
            self._tasks.submit(target, reaction)

    def cleared(
        self, ref: MessageRef, emoji: discord.PartialEmoji | None, me: discord.ClientUser
    ) -> None:
        """Accept the removal of all reactions, or of all with one emoji."""
        shown = from_wire(emoji) if emoji else None
        if (emoji and shown is None) or ref in self._context.answered_refs:
            return
        actor = self._context.member(me.id)
        self._tasks.submit(ref, self._context.reactions.on_bot_reaction_removed(ref, actor, shown))

    def deleted(self, ref: MessageRef, me: discord.ClientUser) -> None:
        """Accept a deletion; that of a reply of the bot is a removal."""
        answered = self._context.answered_refs.pop(ref, None)
        if answered is None:
            self._tasks.submit(ref, self._service.on_deletion(ref))
        else:
            actor = self._context.member(me.id)
            self._tasks.submit(
                answered, self._context.reactions.on_bot_reaction_removed(answered, actor, None)
            )

    async def drain(self, seconds: float) -> None:
        """Accept no more events, and finish those accepted."""
        await self._tasks.drain(seconds)

    async def _answer(self, message: IncomingMessage) -> None:
        outcome = await self._service.on_message(message, self._platform)
        if outcome.shown:
            self._context.last_answered[message.ref.chat] = message.ref.message
        if outcome.refusal == "blocked":
            self._blocked[message.author] = None
        await self._auto_disable.on_outcome(message, outcome)
