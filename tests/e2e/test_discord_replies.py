"""The bot as a process, with a fake Discord: replies with buttons."""

import pytest

from tests.e2e.conftest import Launcher
from tests.e2e.discord_interactions import DEFERRED, DEFERRED_UPDATE
from tests.e2e.discord_payloads import ALICE, BOB, CHANNEL, DM, Payload
from tests.e2e.discord_server import TOKEN, DiscordServer, Refusal
from tests.e2e.process import BotProcess
from tests.e2e.queries import FEEDBACK, RECORDED, REFUSED

SILENT = 1 << 12


@pytest.fixture
async def bot(launcher: Launcher, discord_server: DiscordServer) -> BotProcess:
    """Give a bot that replies with buttons."""
    process = launcher(discord=discord_server, **{"reactions.mode": "reply"})
    await process.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    return process


async def reply_to(server: DiscordServer, message: str) -> Payload:
    """Wait for the bot's answer to a message."""
    (sent,) = await server.sent.wait(
        lambda sent: sent.get("message_reference", {}).get("message_id") in (message, int(message))
    )
    return sent


def buttons(message: Payload) -> list[Payload]:
    return [each for row in message["components"] for each in row["components"]]


async def test_a_reply_has_the_top_five_as_buttons(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    sent = await reply_to(discord_server, message)
    assert sent["content"] == "😂"
    assert sent["flags"] == SILENT
    five = [button["emoji"]["name"] for button in buttons(sent)]
    assert len(five) == 5
    assert five[0] == "😂"
    assert not discord_server.requests.filter(lambda sent: "/reactions/" in sent.path)


@pytest.mark.parametrize("place", [CHANNEL, DM])
async def test_a_press_is_feedback_that_can_be_withdrawn(
    bot: BotProcess, discord_server: DiscordServer, place: str
) -> None:
    interactions = discord_server.interactions
    message = await discord_server.send_message("funny", channel=place)
    sent = await reply_to(discord_server, message)
    second = buttons(sent)[1]
    for _ in range(2):
        pressed = await interactions.press(second, sent["id"], author=ALICE, place=place)
        (callback,) = await interactions.response_to(pressed)
        assert callback.type == DEFERRED
        response = await interactions.edited(pressed)
        assert response.private
        assert second["emoji"]["name"] in response.text
    words = await bot.wait_for_rows(FEEDBACK, message)
    assert [kind for kind, _ in words] == ["agree"]
    (back,) = response.buttons
    undone = await interactions.press(back, "9", author=ALICE, place=place)
    (callback,) = await interactions.response_to(undone)
    assert callback.type == DEFERRED_UPDATE
    assert (await interactions.edited(undone)).buttons == []
    assert await bot.wait_for_rows(FEEDBACK, message, rows=0) == []


async def test_presses_are_feedback_after_a_restart(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    sent = await reply_to(discord_server, message)
    assert await bot.stop() == 0
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)
    await discord_server.interactions.press(buttons(sent)[0], sent["id"], author=BOB)
    assert await bot.wait_for_rows(FEEDBACK, message) == [("agree", "😂")]


async def test_a_press_on_a_deleted_outcome_is_explained(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    sent = await reply_to(discord_server, message)
    await discord_server.delete(message)
    await bot.wait_for_rows(RECORDED, rows=0)
    pressed = await discord_server.interactions.press(buttons(sent)[0], sent["id"])
    response = await discord_server.interactions.edited(pressed)
    assert "no longer know" in response.text
    assert response.buttons == []


async def test_reactions_on_the_answer_are_about_the_message(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    sent = await reply_to(discord_server, message)
    await discord_server.react(sent["id"], BOB, "👎")
    assert await bot.wait_for_rows(FEEDBACK, message) == [("dislike", "")]
    await discord_server.unreact(sent["id"], BOB, "👎")
    await bot.wait_for_rows(FEEDBACK, message, rows=0)
    await discord_server.delete(sent["id"])
    words = await bot.wait_for_rows(FEEDBACK, message, rows=5)
    assert {kind for kind, _ in words} == {"remove"}


async def test_reactions_on_the_answer_are_about_the_message_after_a_restart(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    sent = await reply_to(discord_server, message)
    await bot.wait_for_rows("select event from related_event where event = ?", sent["id"])
    assert await bot.stop() == 0
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)
    await discord_server.react(sent["id"], BOB, "👎")
    assert await bot.wait_for_rows(FEEDBACK, message) == [("dislike", "")]
    await discord_server.delete(sent["id"])
    words = await bot.wait_for_rows(FEEDBACK, message, rows=6)
    assert {kind for kind, _ in words} == {"dislike", "remove"}
    await bot.wait_for_rows("select event from related_event", rows=0)
    await discord_server.delete(message)
    await bot.wait_for_rows(RECORDED, rows=0)


async def test_a_reaction_before_the_reply_is_confirmed_is_stored(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.accepting_reactions.clear()
    message = await discord_server.send_message("funny")
    sent = await reply_to(discord_server, message)
    await discord_server.react(sent["id"], BOB, "👎")
    # Events are handled in order: after this response the reaction was handled.
    await reply_to(discord_server, await discord_server.send_message("funny", channel=DM))
    discord_server.accepting_reactions.set()
    assert await bot.wait_for_rows(FEEDBACK, message) == [("dislike", "")]


async def test_a_reply_to_a_deleted_message_is_a_refusal(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.refusals.append(Refusal(400, 50035))
    message = await discord_server.send_message("funny")
    assert await bot.wait_for_rows(REFUSED, message) == [("message_gone",)]
