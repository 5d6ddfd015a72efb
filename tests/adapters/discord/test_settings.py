"""Settings that owners choose on Discord, with the real client, service and database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.chat_settings.setting import SETTINGS
from tests.adapters.discord.fake_discord import DiscordWorld, running_world
from tests.adapters.discord.test_commands import response_text

USUAL = sum(not setting.is_rare for setting in SETTINGS.values())


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[DiscordWorld]:
    async with running_world(tmp_path) as built:
        yield built


async def choose(here: DiscordWorld, setting: str, value: str, **where: object) -> str:
    options = {"setting": setting, "value": value, **where}
    return response_text(await here.owner.slash(here.channel, "settings set", **options))


async def test_only_managers_change_settings(here: DiscordWorld) -> None:
    assert "settings show" not in here.anna.available_commands(here.channel)
    assert "settings show" in here.owner.available_commands(here.channel)
    commands = await here.client.tree.fetch_commands()
    settings = next(each for each in commands if each.name == "settings")
    here.guild.set_command_permissions(settings, {here.anna: True})
    for command in ("settings show", "settings set"):
        options = {"setting": "mode", "value": "mention_only"} if command == "settings set" else {}
        refused = await here.anna.slash(here.channel, command, **options)
        assert "Manage Server" in response_text(refused)


async def test_everything_is_shown_with_what_was_chosen(here: DiscordWorld) -> None:
    await choose(here, "chance", "25 %")
    await choose(here, "quiet_hours", "22:00-07:00 Europe/Berlin", channel=here.channel)
    shown = response_text(await here.owner.slash(here.channel, "settings show"))
    assert "**Chance**: 25 %\n" in shown
    assert "22:00-07:00 Europe/Berlin\n" in shown
    assert shown.count("(default)") == USUAL - 2
    elsewhere = here.guild.create_text_channel("elsewhere")
    shown = response_text(await here.owner.slash(elsewhere, "settings show"))
    assert "**Chance**: 25 %\n" in shown
    assert shown.count("(default)") == USUAL - 1


async def test_a_channel_overrules_the_server_until_it_is_reset(here: DiscordWorld) -> None:
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
    assert "back at its default, react" in response_text(back)


async def test_lists_grow_and_shrink(here: DiscordWorld) -> None:
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


async def test_a_role_is_left_alone(here: DiscordWorld) -> None:
    role = here.guild.create_role("quiet please")
    shy = here.guild.add_member(here.env.create_user("shy"), roles=[role])
    await choose(here, "role_deny", role.mention)
    await shy.send(here.channel, "what a day")
    assert here.predictor.texts == []


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("enabled", "perhaps", "on, off"),
        ("mode", "loud", "react, reply with buttons, only when mentioned"),
        ("chance", "200 %", "from 0 % to 100 %"),
        ("chance", "often", "a number from 0 % to 100 %"),
        ("max_per_minute", "0", "from 1 to 100000, or the word “unlimited”"),
        ("max_per_message", "9", "from 1 to 5"),
        ("emoji_deny", "nonsense", "emojis"),
        ("chat_allow", "somewhere", "channels, such as"),
        ("role_deny", "all", "none"),
        ("quiet_hours", "at night", "22:00-07:00"),
        ("quiet_hours", "22:00-07:00 Mars/Base", "time zone"),
        ("language", "xx", "English, Русский"),
    ],
)
async def test_an_invalid_value_is_refused_in_words(
    here: DiscordWorld, setting: str, value: str, words: str
) -> None:
    saved = await choose(here, setting, value)
    assert "does not work" in saved
    assert words in saved


async def test_the_default_can_be_written(here: DiscordWorld) -> None:
    await choose(here, "chance", "0,25")
    assert "back at its default, 100 %" in await choose(here, "chance", "Default")


async def test_values_are_proposed(here: DiscordWorld) -> None:
    async def propose(setting: str, typed: str) -> list[str]:
        found = await here.owner.autocomplete(
            here.channel, "settings set", "value", typed, setting=setting
        )
        return [each["value"] for each in found]

    assert await propose("mode", "") == ["react", "reply with buttons", "only when mentioned"]
    assert await propose("enabled", "of") == ["off"]
    assert "+🍕" in await propose("emoji_allow", "pizza")
    assert "-💩" in await propose("emoji_deny", "")
    assert await propose("emoji_deny", "-") == [f"-{each}" for each in sorted("🖕💩🤮🤬👎🤡")]
    assert await propose("chat_deny", "gen") == [f"+{here.channel.mention}"]
    assert await propose("chat_deny", "-gen") == [f"-{here.channel.mention}"]
    here.guild.create_role("shy")
    assert len(await propose("role_deny", "shy")) == 1


async def test_own_emojis_can_be_listed(here: DiscordWorld) -> None:
    here.guild.create_emoji("party_parrot")
    found = await here.owner.autocomplete(
        here.channel, "settings set", "value", "+parrot", setting="emoji_allow"
    )
    assert found[0]["value"] == "+:party_parrot:"
    saved = await choose(here, "emoji_allow", found[0]["value"])
    assert "party_parrot" in saved
