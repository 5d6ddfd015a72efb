"""The five as buttons, whose presses are feedback."""

import re
from collections.abc import Sequence
from typing import Self

import discord

from bot.adapters.discord.callbacks import describe_choice, record_choice
from bot.adapters.discord.context import Interaction
from bot.adapters.discord.emojis import to_wire
from bot.core.events import FeedbackResult, MessageRef
from bot.core.messages.feedback import explain_rejection
from bot.i18n import localize
from model import Prediction

Button = discord.ui.Button[discord.ui.View]


class PredictionButton(
    discord.ui.DynamicItem[Button], template=r"fit:(?P<message>\d{1,20}):(?P<emoji>.{1,60})"
):
    """Says that an emoji fits; found again by its id after a restart."""

    def __init__(self, message: str, emoji: str, button: Button | None = None) -> None:
        """Stand for ``emoji``, canonical, on what the bot answered to ``message``."""
        face = button or Button()
        face.custom_id = f"fit:{message}:{emoji}"
        super().__init__(face)
        self._message = int(message)
        self._emoji = emoji

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the button back."""
        face = item if isinstance(item, discord.ui.Button) else None
        return cls(match["message"], match["emoji"], face)

    async def callback(self, interaction: Interaction) -> None:
        """Keep the choice, and offer to take it back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        reaction = await record_choice(interaction, self._message, self._emoji)
        told = describe_choice(interaction, reaction, self._emoji)
        back = discord.ui.View(timeout=None)
        if reaction.result is FeedbackResult.RECORDED:
            back.add_item(WithdrawButton(str(self._message), self._emoji))
        await interaction.edit_original_response(content=told, view=back)
        back.stop()


class WithdrawButton(
    discord.ui.DynamicItem[Button], template=r"unfit:(?P<message>\d{1,20}):(?P<emoji>.{1,60})"
):
    """Takes a choice back."""

    def __init__(self, message: str, emoji: str) -> None:
        """Undo what ``Fit`` with the same values did."""
        face = Button(custom_id=f"unfit:{message}:{emoji}", emoji="↩️")
        super().__init__(face)
        self._message = int(message)
        self._emoji = emoji

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: Interaction,
        _item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the button back."""
        return cls(match["message"], match["emoji"])

    async def callback(self, interaction: Interaction) -> None:
        """Withdraw the choice."""
        await interaction.response.defer()
        reaction = await record_choice(interaction, self._message, self._emoji, withdrawn=True)
        language = str(interaction.locale)
        told = (
            localize("feedback.withdrawn", language)
            if reaction.result is FeedbackResult.RECORDED
            else explain_rejection(reaction.result, language)
        )
        await interaction.edit_original_response(content=told, view=None)


class PredictionButtons(discord.ui.View):
    """Five buttons at most."""

    def __init__(self) -> None:
        """Without a timeout: presses are found by their ids."""
        super().__init__(timeout=None)
        self.best: str | None = None
        """The first emoji as Discord shows it; None where it can show none."""


def prediction_buttons(
    ref: MessageRef,
    predictions: Sequence[Prediction],
    guild: discord.Guild | None,
    *,
    scores: bool = False,
) -> PredictionButtons:
    """Buttons for what Discord can show, best first, with their scores where wanted."""
    view = PredictionButtons()
    for predicted in predictions:
        wire = to_wire(predicted.emoji, guild)
        if wire is None:
            continue
        view.best = view.best or str(wire)
        label = f"{predicted.score:.0%}" if scores else None
        view.add_item(
            PredictionButton(ref.message, predicted.emoji, Button(emoji=wire, label=label))
        )
    return view
