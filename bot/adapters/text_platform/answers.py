"""Answers by reactions and texts; an offer is a text with the emojis as reactions to press."""

from collections.abc import Sequence
from contextlib import suppress

from bot.adapters.emoji_forms import fully_qualified
from bot.adapters.related_reactions import remember
from bot.adapters.services import PlatformServices
from bot.adapters.text_platform.message import DUPLICATE_REACTION, TextResponder
from bot.core.errors import PlatformRefused
from bot.core.events import MessageRef
from bot.core.messages.feedback import THUMBS_DOWN
from bot.i18n import localize
from model import Prediction


class TextAnswers:
    """A ``ChatPlatform`` for one message; what it sends is remembered by its id."""

    def __init__(self, services: PlatformServices, responder: TextResponder) -> None:
        """Answer by ``responder``."""
        self._services = services
        self._responder = responder

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Add the emojis in order.

        Raises:
            PlatformRefused: none was added, with the name of the error.
        """
        for number, emoji in enumerate(emojis):
            try:
                sent = await self._responder.react(fully_qualified(emoji))
            except PlatformRefused as error:
                if number == 0 and error.reason != DUPLICATE_REACTION:
                    raise
                return  # the others would be refused as well
            await remember(self._services, ref, sent, emoji)

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Reply with the emojis, each also as a reaction to press as long as none is refused.

        Raises:
            PlatformRefused: with the name of the error.
        """
        language = await self._services.language(ref)
        emojis = [fully_qualified(each.emoji) for each in predictions]
        none = f"{THUMBS_DOWN} {localize('feedback.none', language)}"
        text = f"{localize('emoji.offer', language)} {' '.join(emojis)} · {none}"
        sent = await self._responder.say(text, "offer")
        await remember(self._services, ref, sent)
        with suppress(PlatformRefused):  # the text offers them already
            for emoji in emojis:
                await self._responder.react(emoji, sent)
