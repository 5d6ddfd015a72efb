"""The intake of messages and commands of a platform with texts and reactions."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.adapters.intake import Intake
from bot.adapters.services import PlatformServices
from bot.adapters.text_platform import commands
from bot.adapters.text_platform.answers import TextAnswers
from bot.adapters.text_platform.message import TextMessage
from bot.core.errors import PlatformRefused
from bot.core.events import IncomingMessage, MemberKey
from bot.core.messages.explanation import explain_unanswered
from bot.core.messages.relevance import is_relevant
from bot.core.messages.silence import DropReason


class TextIntake:
    """Carries out commands, and passes other messages to the core."""

    def __init__(
        self, services: PlatformServices, intake: Intake, me: MemberKey, prefix: str
    ) -> None:
        """``me`` is the bot; ``prefix`` is the platform's sign of a command, such as ``!``."""
        self._services = services
        self._intake = intake
        self._me = me
        self._prefix = prefix

    def accept(self, message: TextMessage) -> asyncio.Task[None] | None:
        """Begin the work on a message; return its task, None if there is nothing to do."""
        incoming = message.incoming
        parsed = commands.parse(incoming.text, self._prefix)
        if reason := _drop_reason(message, is_command=parsed is not None):
            self._intake.drop(message.ref, reason)
            return None
        work = partial(self._answer, message, incoming)
        if parsed is not None:
            work = partial(commands.carry_out, self._services, message, parsed, self._prefix)
        return self._intake.submit(message.ref, work)

    async def _answer(self, message: TextMessage, incoming: IncomingMessage) -> None:
        age = time.time() - message.sent_at
        answered = await message.replied_text()
        if answered is not None and answered.origin.author != self._me:
            incoming = replace(incoming, answered=answered)
        answers = TextAnswers(self._services, message.responder)
        again = partial(self._answer, message)
        outcome = await self._intake.answer(incoming, answers, age, again)
        if outcome is None or not outcome.skip_reason or not incoming.requested:
            return
        if text := explain_unanswered(outcome, await self._services.language(message.ref)):
            with suppress(PlatformRefused):
                await message.responder.say(text)


def _drop_reason(message: TextMessage, *, is_command: bool) -> DropReason | None:
    incoming = message.incoming
    if not message.is_by_person:
        return DropReason.NOT_BY_PERSON
    if not incoming.text.strip():
        return DropReason.NO_TEXT
    if is_command or incoming.addressed or is_relevant(incoming.text):
        return None
    return DropReason.IRRELEVANT
