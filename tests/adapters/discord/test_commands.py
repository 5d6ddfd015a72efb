"""Commands of members on Discord, with the real client, service and database."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from simcord.results import InteractionResult

from bot.adapters.discord.commands.menu import build_tree
from bot.i18n import LANGUAGES, localize
from tests.adapters.discord.fake_discord import DiscordWorld, running_world
from tests.discord_components import buttons_of, visible_text


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[DiscordWorld]:
    async with running_world(tmp_path) as built:
        yield built


def response_text(result: InteractionResult) -> str:
    """The private answer."""
    assert result.response is not None
    assert result.ephemeral
    return visible_text(result.response.content, result.response.components)


def updated(result: InteractionResult) -> str:
    """Return the text of the message whose button was pressed."""
    assert result.response is not None
    return result.response.content


def buttons(result: InteractionResult) -> list[str]:
    assert result.response is not None
    return [each["custom_id"] for each in buttons_of(result.response.components)]


async def press(here: DiscordWorld, result: InteractionResult, custom_id: str) -> InteractionResult:
    assert result.response is not None
    return await here.anna.click(result.response.message, custom_id=custom_id)


async def test_five_for_a_text_with_scores_and_buttons(here: DiscordWorld) -> None:
    result = await here.anna.slash(here.channel, "emoji", text="what a day")
    assert "Which one fits?" in response_text(result)
    assert result.response is not None
    labels = [each["label"] for row in result.response.components for each in row["components"]]
    assert labels == ["50%", "20%", "10%", "10%", "10%"]
    pressed = await press(here, result, buttons(result)[1])
    assert "🔥" in response_text(pressed)
    (word,) = (await data_of(here))["feedback"]
    assert (word["kind"], word["emoji"], word["source"]) == ("agree", "🔥", "button")
    await press(here, pressed, buttons(pressed)[0])
    assert (await data_of(here))["feedback"] == []


async def data_of(here: DiscordWorld) -> dict[str, list[dict[str, str]]]:
    """File that /privacy gives Anna."""
    result = await here.anna.slash(here.channel, "privacy")
    assert "365 days" in response_text(result)
    assert result.response is not None
    (file,) = result.response.attachments
    assert file.filename == "emoji-reactor.json"
    data: dict[str, list[dict[str, str]]] = json.loads(await file.read())
    return data


async def test_five_for_somebodys_message(here: DiscordWorld) -> None:
    message = await here.ben.send(here.channel, "what a day")
    result = await here.anna.context_menu(here.channel, "Suggest emojis", message)
    assert len(buttons(result)) == 5
    await here.ben.slash(here.channel, "optout")
    here.predictor.texts.clear()
    refused = await here.anna.context_menu(here.channel, "Suggest emojis", message)
    assert "opted out" in response_text(refused)
    assert here.predictor.texts == []


async def test_why_and_feedback_on_the_last_answer(here: DiscordWorld) -> None:
    assert "kept nothing" in response_text(await here.anna.slash(here.channel, "why"))
    message = await here.ben.send(here.channel, "what a day")
    for result in (
        await here.anna.slash(here.channel, "why"),
        await here.anna.slash(here.channel, "why", message=str(message.id)),
        await here.anna.slash(here.channel, "why", message=message.jump_url),
        await here.anna.context_menu(here.channel, "Why this emoji?", message),
    ):
        assert "I showed 😂" in response_text(result)
        assert "🔥  20.0%" in response_text(result)
        assert "30.0%" in response_text(result)
        assert "echo-1" in response_text(result)
    assert "fitted better" in response_text(
        await here.anna.slash(here.channel, "feedback", emoji="🍕")
    )
    assert "none of them" in response_text(
        await here.anna.slash(here.channel, "feedback", emoji="👎")
    )
    pressed = await press(here, result, buttons(result)[0])
    assert "😂" in response_text(pressed)
    words = {(each["kind"], each["emoji"]) for each in (await data_of(here))["feedback"]}
    assert words == {("correct", "🍕"), ("dislike", ""), ("agree", "😂")}
    unread = await here.anna.slash(here.channel, "feedback", emoji="pizza please")
    assert "no longer know" in response_text(unread)


async def test_why_of_an_answer_of_the_bot_is_about_what_it_answers(here: DiscordWorld) -> None:
    await here.owner.slash(here.channel, "settings set", setting="mode", value="reply")
    message = await here.ben.send(here.channel, "what a day")
    answer = here.channel.last_message
    assert answer is not None
    assert answer.id != message.id
    result = await here.anna.context_menu(here.channel, "Why this emoji?", answer)
    assert "I showed 😂 🔥 🎉 😢 🍕" in response_text(result)


async def test_messages_elsewhere_are_not_told_of(here: DiscordWorld) -> None:
    hidden = here.guild.create_text_channel("hidden")
    message = await here.ben.send(hidden, "what a day")
    for written in (message.jump_url, "nonsense"):
        result = await here.anna.slash(here.channel, "why", message=written)
        assert "kept nothing" in response_text(result)


async def test_opting_out_is_obeyed_until_taken_back(here: DiscordWorld) -> None:
    message = await here.ben.send(here.channel, "what a day")
    await here.anna.react(message, "😂")
    assert len((await data_of(here))["feedback"]) == 1
    assert "no longer react" in response_text(await here.anna.slash(here.channel, "optout"))
    left = await data_of(here)
    assert (left["feedback"], left["messages"]) == ([], [])
    assert left["opted_out_since"]
    here.predictor.texts.clear()
    await here.anna.send(here.channel, "what a day")
    assert here.predictor.texts == []
    refused = await here.anna.slash(here.channel, "feedback", emoji="🍕")
    assert "opted out" in response_text(refused)
    await here.anna.slash(here.channel, "optin")
    await here.anna.send(here.channel, "what a day")
    assert here.predictor.texts == ["what a day"]


async def test_forgetting_is_confirmed_and_says_how_much(here: DiscordWorld) -> None:
    await here.anna.send(here.channel, "what a day")
    asked = await here.anna.slash(here.channel, "forget")
    _, keep = buttons(asked)
    assert updated(await press(here, asked, keep)) == localize("forget.kept", "en")
    assert len((await data_of(here))["messages"]) == 1
    asked = await here.anna.slash(here.channel, "forget")
    forget, _ = buttons(asked)
    assert "erased: 1" in updated(await press(here, asked, forget))
    assert (await data_of(here))["messages"] == []


async def test_a_picture_of_what_was_kept(here: DiscordWorld) -> None:
    assert "Nothing was shown" in response_text(await here.anna.slash(here.channel, "stats"))
    await here.ben.send(here.channel, "what a day")
    result = await here.anna.slash(here.channel, "stats")
    assert "Kept: 100%" in response_text(result)
    assert result.response is not None
    (file,) = result.response.attachments
    assert (await file.read()).startswith(b"\x89PNG")


async def test_texts_are_kept_only_with_permission_and_consent(tmp_path: Path) -> None:
    async with running_world(tmp_path, training_permitted=True) as here:
        await here.anna.send(here.channel, "before")
        asked = await here.anna.slash(here.channel, "consent")
        assert "14 days" in response_text(asked)
        agree, _ = buttons(asked)
        agreed = await press(here, asked, agree)
        assert agreed.response is not None
        assert "You agreed" in agreed.response.content
        await here.anna.send(here.channel, "after")
        await here.ben.send(here.channel, "somebody else")
        assert [each["text"] for each in (await data_of(here))["messages"]] == [None, "after"]
        again = await here.anna.slash(here.channel, "consent")
        (revoke,) = buttons(again)
        await press(here, again, revoke)
        assert [each["text"] for each in (await data_of(here))["messages"]] == [None, None]


async def test_without_permission_nobody_can_consent(here: DiscordWorld) -> None:
    result = await here.anna.slash(here.channel, "consent")
    assert "never kept" in response_text(result)
    assert buttons(result) == []


async def test_in_private_everything_works_too(here: DiscordWorld) -> None:
    anna = here.anna.user
    await anna.send_dm("what a day")
    for command in ("why", "stats", "preferences show", "privacy", "settings show", "help"):
        result = await anna.slash(command)
        assert response_text(result)
    saved = await anna.slash("settings set", setting="enabled", value="off")
    assert "off" in response_text(saved)
    here.predictor.texts.clear()
    await anna.send_dm("what a day")
    assert here.predictor.texts == []


async def test_a_failing_store_is_told_and_nothing_is_logged_of_it(
    here: DiscordWorld, caplog: pytest.LogCaptureFixture
) -> None:
    await here.engine.dispose()
    for path in Path(here.engine.url.database or "").parent.glob("world.db*"):
        path.write_bytes(b"no database")
    result = await here.anna.slash(here.channel, "privacy")
    assert response_text(result) == localize("error.not_stored", "en")
    asked = await here.anna.slash(here.channel, "emoji", text="zanzibar")
    assert response_text(asked)
    assert "zanzibar" not in caplog.text
    here.env.errors.clear()


def test_every_command_is_described_in_every_language() -> None:
    tree = build_tree(discord.Client(intents=discord.Intents.none()))
    commands = tree.get_commands(type=discord.AppCommandType.chat_input)
    for language in LANGUAGES:
        for command in commands:
            assert len(localize(f"command.{command.name}", language)) <= 100
