"""Emojis on their way to Discord and back."""

import emoji as unicode_emojis
import pytest
from discord import PartialEmoji

from bot.adapters.discord.emojis import from_wire, to_wire
from model import Predictor
from model.emoji import TELEGRAM_REACTIONS, canonical, emoji_names, is_emoji


def qualified(form: str) -> bool:
    data = unicode_emojis.EMOJI_DATA.get(form)
    return data is not None and data["status"] == unicode_emojis.STATUS["fully_qualified"]


def test_every_emoji_goes_out_fully_qualified_and_comes_back_as_itself() -> None:
    beyond = []
    for emoji in emoji_names():
        wire = to_wire(emoji)
        if wire is None:
            beyond.append(emoji)
            continue
        assert isinstance(wire, str)
        assert qualified(wire), emoji
        assert from_wire(PartialEmoji(name=wire)) == emoji
    # The library's list may lag a Unicode version behind; those are passed over.
    assert len(beyond) < len(emoji_names()) / 100


def test_discord_can_show_what_the_shipped_artifact_says() -> None:
    shipped = Predictor.load().emojis
    assert [emoji for emoji in shipped if not is_emoji(emoji)] == []
    unknown = [emoji for emoji in (*shipped, *TELEGRAM_REACTIONS) if to_wire(emoji) is None]
    assert not set(unknown) & {*shipped[:100], *TELEGRAM_REACTIONS}
    # As above.
    assert len(unknown) < len(shipped) / 100


@pytest.mark.parametrize(
    ("emoji", "wire"),
    [("❤", "❤️"), ("☺", "☺️"), ("👍", "👍"), ("🏳\u200d🌈", "🏳️\u200d🌈"), ("🤷", "🤷"), ("1⃣", "1️⃣")],
)
def test_the_selector_is_where_discord_wants_it(emoji: str, wire: str) -> None:
    assert to_wire(emoji) == wire


@pytest.mark.parametrize("text", ["", "x", ":party:", "😂😂"])
def test_what_is_no_emoji_is_not_sent(text: str) -> None:
    assert to_wire(text) is None


@pytest.mark.parametrize("form", ["👍🏽", "🤷🏽\u200d♀️", "❤️", "❤", "👩🏽\u200d🚀"])
def test_variants_come_in_folded(form: str) -> None:
    assert from_wire(PartialEmoji(name=form)) == canonical(form)
    assert canonical(form) in emoji_names()


def test_a_servers_own_emoji_comes_in_by_its_name() -> None:
    assert from_wire(PartialEmoji(name="party_parrot", id=42)) == ":party_parrot:"
    assert from_wire(PartialEmoji(name="party_parrot", id=42, animated=True)) == ":party_parrot:"


@pytest.mark.parametrize("emoji", [PartialEmoji(name=""), PartialEmoji(name="", id=42)])
def test_an_emoji_without_a_name_is_dropped(emoji: PartialEmoji) -> None:
    assert from_wire(emoji) is None


def test_a_name_that_is_no_emoji_is_dropped() -> None:
    assert from_wire(PartialEmoji(name="x")) is None
