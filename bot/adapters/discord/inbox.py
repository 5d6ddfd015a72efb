"""Discord's events, handed to the core in order."""

import time

import discord
from cachetools import LRUCache

from bot.adapters.discord import events
from bot.adapters.discord.auto_disable import AutoDisable
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.emojis import from_wire
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.events import IncomingMessage, MemberKey, MessageRef
from bot.core.ports import ChatPlatform

BLOCKED_SECONDS = 3600.0
"""How long somebody who blocked the bot is left alone: each try is an invalid request."""


class Inbox:
    """Everything that a gateway client heard and that has to be finished before it closes."""

    def __init__(
        self, context: AdapterContext, platform: ChatPlatform, forbidden: AutoDisable
    ) -> None:
        """Answer through ``platform``, and tell ``forbidden`` what became of it."""
        self._context = context
        self._service = context.service
        self._platform = platform
        self._forbidden = forbidden
        self._blocked: LRUCache[MemberKey, float] = LRUCache(10_000)
        self._intake = OrderedTasks()

    def message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Somebody wrote, or the bot itself."""
        answered = events.answered_ref(message, me)
        if answered is not None:
            # Before anybody can react to it: the answer to the call that sent it may come later.
            self._context.answered_refs[events.ref_of(message)] = answered
            return
        storable = self._context.settings.training_permitted
        heard = events.to_incoming(message, me, self._context.pseudonyms, storable=storable)
        if heard is None or self._has_blocked(heard.author):
            return
        self._intake.submit(heard.ref, self._answer(heard))

    def reaction(self, event: discord.RawReactionActionEvent, me: discord.ClientUser) -> None:
        """Somebody reacted or took it back; the bot's own is taken away by somebody else only."""
        added = event.event_type == "REACTION_ADD"
        emoji = from_wire(event.emoji)
        if emoji is None or (added and event.user_id == me.id):
            return
        if event.member is not None and event.member.bot:
            return
        ref = events.ref(event.guild_id, event.channel_id, event.message_id)
        about = self._context.answered_refs.get(ref, ref)
        # Who removed the bot's reaction is not told: the bot's key stands for the unknown person.
        actor = self._context.member(event.user_id)
        if event.user_id == me.id:
            work = self._context.reactions.on_bot_reaction_removed(about, actor, emoji)
            self._intake.submit(about, work)
        else:
            said = self._context.reactions.on_reaction(about, actor, emoji, withdrawn=not added)
            self._intake.submit(about, said)

    def cleared(
        self, ref: MessageRef, emoji: discord.PartialEmoji | None, me: discord.ClientUser
    ) -> None:
        """A moderator took all reactions away, or all with one emoji."""
        shown = from_wire(emoji) if emoji else None
        if (emoji and shown is None) or ref in self._context.answered_refs:
            return
        actor = self._context.member(me.id)
        self._intake.submit(ref, self._context.reactions.on_bot_reaction_removed(ref, actor, shown))

    def deleted(self, ref: MessageRef, me: discord.ClientUser) -> None:
        """A message is gone; where it was the bot's own answer, somebody took that away."""
        answered = self._context.answered_refs.pop(ref, None)
        if answered is None:
            self._intake.submit(ref, self._service.on_deletion(ref))
        else:
            actor = self._context.member(me.id)
            self._intake.submit(
                answered, self._context.reactions.on_bot_reaction_removed(answered, actor, None)
            )

    async def drain(self, seconds: float) -> None:
        """Hear nothing more, and finish what was heard."""
        await self._intake.drain(seconds)

    async def _answer(self, message: IncomingMessage) -> None:
        outcome = await self._service.on_message(message, self._platform)
        if outcome.shown:
            self._context.last_answered[message.ref.chat] = message.ref.message
        if outcome.refusal == "blocked":
            self._blocked[message.author] = time.monotonic()
        await self._forbidden.on_outcome(message, outcome)

    def _has_blocked(self, author: MemberKey) -> bool:
        since = self._blocked.get(author)
        return since is not None and time.monotonic() - since < BLOCKED_SECONDS
