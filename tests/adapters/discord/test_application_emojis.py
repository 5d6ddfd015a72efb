"""Emojis of the application: which of them is shown for which emoji."""

from typing import Any, cast

import discord
from discord import PartialEmoji

from bot.adapters.discord.application_emojis import ApplicationEmojis
from bot.adapters.discord.emojis import Emojis
from tests.e2e.discord_payloads import own_emoji


def emoji(number: int, name: str, *, available: bool = True) -> discord.Emoji:
    """Return an emoji as the library makes it of Discord's answer."""
    data: Any = own_emoji(str(number), name) | {"available": available}
    return discord.Emoji(guild=cast(Any, discord.Object(0)), state=cast(Any, None), data=data)


def known(*emojis: discord.Emoji, meanings: dict[int, tuple[str, ...]]) -> Emojis:
    """Return the emojis of a private chat with these of the application."""
    application = ApplicationEmojis()
    application.update(emojis, meanings)
    return Emojis(None, application)


def test_the_older_one_of_two_for_an_emoji_is_shown_and_both_are_read() -> None:
    emojis = known(emoji(2, "new"), emoji(1, "old"), meanings={1: ("🎉", "🥳"), 2: ("🎉",)})
    assert emojis.markup("🎉") == emojis.markup("🥳") == "<:old:1>"
    assert emojis.from_wire(PartialEmoji(name="new", id=2)) == ("🎉",)
    assert emojis.from_wire(PartialEmoji(name="old", id=1)) == ("🎉", "🥳")
    assert emojis.written("🎉") == "🎉"
    assert emojis.custom == emojis.choosable == frozenset()


def test_one_that_is_not_available_is_not_used() -> None:
    gone = emoji(1, "gone", available=False)
    emojis = known(gone, emoji(2, "named"), meanings={1: ("🎉",), 2: ()})
    assert emojis.markup("🎉") == "🎉"
    assert emojis.markup(":gone:") == ":gone:"
    assert emojis.custom == emojis.choosable == {":named:"}
    assert emojis.markup(":named:") == "<:named:2>"


def test_a_forgotten_image_is_still_read() -> None:
    emojis = known(emoji(1, "cat"), meanings={1: ("😂",)})
    assert not emojis.application.forget("😂")
    assert emojis.application.forget(emojis.to_wire("😂"))
    assert emojis.markup("😂") == "😂"
    assert emojis.from_wire(PartialEmoji(name="cat", id=1)) == ("😂",)
