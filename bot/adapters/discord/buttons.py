"""Predictions as buttons, whose presses are feedback."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.adapters.discord.callbacks import describe_choice, record_choice
from bot.adapters.discord.command_context import (
    finish_press,
    language_of,
    respond_with_buttons,
)
from bot.adapters.discord.context import Interaction
from bot.adapters.discord.emojis import Emojis
from bot.core.events import FeedbackResult, MessageRef
from bot.core.messages.feedback import explain_rejection
from bot.i18n import localize
from model import Prediction

Button = discord.ui.Button[Any]


class PredictionButton(
    discord.ui.DynamicItem[Button], template=r"fit:(?P<message>\d{1,20}):(?P<emoji>.{1,60})"
):
    """A button that chooses an emoji; its id carries all state, across restarts."""

    def __init__(self, message: str, emoji: str, button: Button | None = None) -> None:
        """Choose the canonical ``emoji`` for the message with the id ``message``."""
        face = button or Button()
        face.custom_id = f"fit:{message}:{emoji}"
        super().__init__(face)
        self.markup = str(face.emoji)
        """Its emoji in a text."""
        self._message = int(message)
        self._emoji = emoji

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button from its id."""
        face = item if isinstance(item, discord.ui.Button) else None
        return cls(match["message"], match["emoji"], face)

    async def callback(self, interaction: Interaction) -> None:
        """Record the choice, and offer to withdraw it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        reaction = await record_choice(interaction, self._message, self._emoji)
        description = describe_choice(interaction, reaction, self._emoji)
        is_recorded = reaction.result is FeedbackResult.RECORDED
        withdraw = [WithdrawButton(str(self._message), self._emoji)] if is_recorded else []
        await respond_with_buttons(interaction, description, withdraw)


class WithdrawButton(
    discord.ui.DynamicItem[Button], template=r"unfit:(?P<message>\d{1,20}):(?P<emoji>.{1,60})"
):
    """A button that withdraws a choice."""

    def __init__(self, message: str, emoji: str) -> None:
        """Withdraw the choice of a ``PredictionButton`` with the same values."""
        face = Button(custom_id=f"unfit:{message}:{emoji}", emoji="↩️")
        super().__init__(face)
        self._message = int(message)
        self._emoji = emoji

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Build the button from its id."""
        return cls(match["message"], match["emoji"])

    async def callback(self, interaction: Interaction) -> None:
        """Withdraw the choice."""
        await interaction.response.defer()
        reaction = await record_choice(interaction, self._message, self._emoji, withdrawn=True)
        language = language_of(interaction)
        description = (
            localize("feedback.withdrawn", language)
            if reaction.result is FeedbackResult.RECORDED
            else explain_rejection(reaction.result, language)
        )
        stored = reaction.result is not FeedbackResult.STORE_FAILED
        await finish_press(interaction, description, stored=stored)


def prediction_buttons(
    ref: MessageRef, predictions: Sequence[Prediction], emojis: Emojis, *, scores: bool = False
) -> list[PredictionButton]:
    """Return buttons for the predictions that Discord can show, with ``scores`` as labels."""
    shown = [(p, wire) for p in predictions if (wire := emojis.to_wire(p.emoji)) is not None]
    return [
        PredictionButton(
            ref.message, p.emoji, Button(emoji=wire, label=f"{p.score:.0%}" if scores else None)
        )
        for p, wire in shown
    ]
