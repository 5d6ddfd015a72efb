"""What owners choose on Discord, with the real client, service and database."""

from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.commands import settings_format
from bot.core.chat_settings.overrides import KEYS, apply_override
from bot.core.chat_settings.schema import ChatSettings
from bot.i18n import LANGUAGES
from tests.adapters.discord.fake_discord import World, world
from tests.adapters.discord.test_commands import told


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as built:
        yield built


async def choose(here: World, setting: str, value: str, **where: object) -> str:
    options = {"setting": setting, "value": value, **where}
    return told(await here.owner.slash(here.channel, "settings set", **options))


async def test_only_managers_change_settings(here: World) -> None:
    assert "settings show" not in here.anna.available_commands(here.channel)
    assert "settings show" in here.owner.available_commands(here.channel)
    commands = await here.client.tree.fetch_commands()
    settings = next(each for each in commands if each.name == "settings")
    here.guild.set_command_permissions(settings, {here.anna: True})
    for command in ("settings show", "settings set"):
        options = {"setting": "mode", "value": "mention_only"} if command == "settings set" else {}
        refused = await here.anna.slash(here.channel, command, **options)
        assert "Manage Server" in told(refused)


async def test_everything_is_shown_with_what_was_chosen(here: World) -> None:
    await choose(here, "chance", "25 %")
    await choose(here, "quiet_hours", "22:00-07:00 Europe/Berlin", channel=here.channel)
    shown = told(await here.owner.slash(here.channel, "settings show"))
    assert "**Chance**: 25 %\n" in shown
    assert "22:00-07:00 Europe/Berlin\n" in shown
    assert shown.count("(default)") == len(KEYS) - 2
    elsewhere = here.guild.create_text_channel("elsewhere")
    shown = told(await here.owner.slash(elsewhere, "settings show"))
    assert "**Chance**: 25 %\n" in shown
    assert shown.count("(default)") == len(KEYS) - 1


async def test_a_channel_overrules_the_server_until_it_is_reset(here: World) -> None:
    await choose(here, "mode", "mention_only")
    await choose(here, "mode", "react", channel=here.channel)
    elsewhere = here.guild.create_text_channel("elsewhere")
    await here.anna.send(elsewhere, "what a day")
    assert here.predictor.texts == []
    await here.anna.send(here.channel, "what a day")
    assert here.predictor.texts == ["what a day"]
    await here.owner.slash(here.channel, "settings reset", setting="mode", channel=here.channel)
    await here.anna.send(here.channel, "what a day")
    assert here.predictor.texts == ["what a day"]
    back = await here.owner.slash(here.channel, "settings reset", setting="mode")
    assert "back at its default, react" in told(back)


async def test_lists_grow_and_shrink(here: World) -> None:
    saved = await choose(here, "emoji_deny", "+😂 🔥")
    assert "😂" in saved
    assert "💩" in saved
    await here.anna.send(here.channel, "what a day")
    last = here.channel.last_message
    assert last is not None
    assert last.reactions == []
    await choose(here, "emoji_deny", "-😂")
    await here.anna.send(here.channel, "what a day")
    last = here.channel.last_message
    assert last is not None
    assert [str(each.emoji) for each in last.reactions] == ["😂"]
    await choose(here, "chat_deny", here.channel.mention)
    here.predictor.texts.clear()
    await here.anna.send(here.channel, "what a day")
    assert here.predictor.texts == []


async def test_a_role_is_left_alone(here: World) -> None:
    role = here.guild.create_role("quiet please")
    shy = here.guild.add_member(here.env.create_user("shy"), roles=[role])
    await choose(here, "role_deny", role.mention)
    await shy.send(here.channel, "what a day")
    assert here.predictor.texts == []


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("enabled", "perhaps", "on or off"),
        ("mode", "loud", "react, reply, mention_only"),
        ("chance", "200 %", "between 0 and 1"),
        ("chance", "often", "a number"),
        ("max_per_minute", "0", "at least 1"),
        ("max_per_message", "9", "between 1 and 5"),
        ("emoji_deny", "nonsense", "emojis"),
        ("chat_allow", "somewhere", "#channels"),
        ("role_deny", "all", "none"),
        ("quiet_hours", "at night", "22:00-07:00"),
        ("quiet_hours", "22:00-07:00 Mars/Base", "time zone"),
        ("language", "xx", "en, ru"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    here: World, setting: str, value: str, words: str
) -> None:
    saved = await choose(here, setting, value)
    assert "does not work" in saved
    assert words in saved


async def test_values_are_proposed(here: World) -> None:
    async def propose(setting: str, typed: str) -> list[str]:
        found = await here.owner.autocomplete(
            here.channel, "settings set", "value", typed, setting=setting
        )
        return [each["value"] for each in found]

    assert await propose("mode", "") == ["react", "reply", "mention_only"]
    assert await propose("enabled", "of") == ["off"]
    assert "+🍕" in await propose("emoji_allow", "pizza")
    assert "-💩" in await propose("emoji_deny", "")
    assert await propose("emoji_deny", "-") == [f"-{each}" for each in sorted("🖕💩🤮🤬👎🤡")]
    assert await propose("chat_deny", "gen") == [f"+{here.channel.mention}"]
    assert await propose("chat_deny", "-gen") == [f"-{here.channel.mention}"]
    here.guild.create_role("shy")
    assert len(await propose("role_deny", "shy")) == 1


async def test_own_emojis_can_be_listed(here: World) -> None:
    here.guild.create_emoji("party_parrot")
    found = await here.owner.autocomplete(
        here.channel, "settings set", "value", "+parrot", setting="emoji_allow"
    )
    assert found[0]["value"] == "+:party_parrot:"
    saved = await choose(here, "emoji_allow", found[0]["value"])
    assert "party_parrot" in saved


def test_every_setting_can_be_read_and_shown() -> None:
    assert {field.name for field in fields(ChatSettings)} >= set(KEYS)
    for key in KEYS:
        for language in LANGUAGES:
            assert settings_format.show(key, ChatSettings(), language, None)
        for value in settings_format.propose(key):
            assert apply_override(
                ChatSettings(), key, settings_format.read(key, value, ChatSettings())
            )


@given(key=st.sampled_from(KEYS), text=st.text(max_size=40))
def test_anything_is_read_or_refused(key: str, text: str) -> None:
    try:
        value = settings_format.read(key, text, ChatSettings())
        settings = apply_override(ChatSettings(), key, value)
    except ValueError:
        return
    if key in (
        *settings_format.LISTS,
        "quiet_hours",
        "enabled",
    ):  # others are rounded, or said in words
        again = settings_format.read(
            key, settings_format.show(key, settings, "en", None), ChatSettings()
        )
        assert apply_override(ChatSettings(), key, again) == settings
