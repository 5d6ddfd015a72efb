"""The bot as a process, with a fake Discord: commands over the wire."""

import json

import pytest

from bot.i18n import TERMS_VERSION, localize
from tests.e2e.conftest import Launcher
from tests.e2e.discord_gateway import RESUME
from tests.e2e.discord_interactions import (
    DEFERRED,
    MANAGE_GUILD,
    SLASH,
)
from tests.e2e.discord_payloads import (
    ALICE,
    BOB,
    BOT,
    CHANNEL,
    DM,
    GUILD,
    THREAD,
    message,
    own_emoji,
    thread,
)
from tests.e2e.discord_server import TOKEN, DiscordServer
from tests.e2e.process import BotProcess
from tests.e2e.queries import FEEDBACK, RECORDED

SECRET = "zanzibar"


@pytest.fixture
async def bot(launcher: Launcher, discord_server: DiscordServer) -> BotProcess:
    """Give a bot that is connected and has registered its commands."""
    discord_server.gateway.guilds[0]["threads"] = [thread()]
    discord_server.gateway.guilds[0]["emojis"] = [own_emoji("4242", "pizza")]
    process = launcher(discord=discord_server, **{"log.level": "debug"})
    await process.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    await discord_server.requests.wait(lambda sent: sent.path.endswith("/commands"))
    return process


def option(name: str, value: object, kind: int = 3) -> dict[str, object]:
    return {"type": kind, "name": name, "value": value}


async def choose(server: DiscordServer, setting: str, value: str, place: str | None = None) -> str:
    """Change a setting as an administrator."""
    given = [option("setting", setting), option("value", value)]
    resolved = None
    if place is not None:
        given.append(option("channel", place, 7))
        resolved = {"channels": {place: {"id": place, "type": 0, "name": "x", "permissions": "0"}}}
    asked = await server.interactions.slash(
        "settings set", given, permissions=MANAGE_GUILD, resolved=resolved
    )
    return (await server.interactions.edited(asked)).text


async def test_commands_are_registered_for_servers_and_members(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    commands = {entry["name"]: entry for entry in discord_server.interactions.commands}
    slash = {name for name, entry in commands.items() if entry["type"] == SLASH}
    assert slash >= {
        "emoji",
        "why",
        "feedback",
        "privacy",
        "forget",
        "optout",
        "optin",
        "stats",
        "preferences",
    }
    assert {"Suggest emojis", "Why this emoji?"} <= set(commands)
    assert int(commands["settings"]["default_member_permissions"]) == MANAGE_GUILD
    assert "de" in commands["emoji"]["description_localizations"]
    # Members who install the app for themselves have the first ones everywhere.
    places = {
        name: (sorted(entry["integration_types"]), sorted(entry["contexts"]))
        for name, entry in commands.items()
    }
    for name in ("emoji", "privacy", "personal", "Suggest emojis"):
        assert places[name] == ([0, 1], [0, 1, 2])
    for name in ("settings", "rules", "stats", "Why this emoji?"):
        assert places[name] == ([0], [0, 1])
    elsewhere = "987654321"
    asked = await discord_server.interactions.slash(
        "emoji",
        [option("text", "that was funny")],
        guild_id=elsewhere,
        guild={"id": elsewhere, "locale": "en-US", "features": []},
        authorizing_integration_owners={"1": ALICE},
    )
    assert (await discord_server.interactions.edited(asked)).buttons[0]["emoji"]["name"] == "😂"


async def test_a_request_is_answered_privately_and_its_text_is_not_stored(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    interactions = discord_server.interactions
    asked = await interactions.slash("emoji", [option("text", f"that was funny {SECRET}")])
    (callback,) = await interactions.response_to(asked)
    assert callback.type == DEFERRED
    assert callback.private
    response = await interactions.edited(asked)
    assert response.buttons[0]["emoji"]["name"] == "😂"
    assert all("%" in entry["label"] for entry in response.buttons)
    pressed = await interactions.press(response.buttons[0], "9")
    assert "😂" in (await interactions.edited(pressed)).text
    assert await bot.wait_for_rows(FEEDBACK, asked) == [("agree", "😂")]
    target = message("888", CHANNEL, BOB, f"party {SECRET}")
    suggested = await interactions.edited(await interactions.menu("Suggest emojis", target))
    assert suggested.buttons[0]["emoji"]["name"] == "🎉"
    poll = {"question": {"text": "party?"}, "answers": [], "allow_multiselect": False}
    poll |= {"layout_type": 1, "expiry": "2030-01-01T00:00:00+00:00"}
    sticker = {"id": "3", "name": "party", "format_type": 1}
    for unwritten in ({"poll": poll}, {"sticker_items": [sticker]}):
        target = message("889", CHANNEL, BOB, "", **unwritten)
        suggested = await interactions.edited(await interactions.menu("Suggest emojis", target))
        assert suggested.buttons[0]["emoji"]["name"] == "🎉"
    await interactions.edited(
        await interactions.slash("emoji", [option("text", f"pizza {SECRET}")])
    )
    assert await bot.stop() == 0
    assert SECRET.encode() not in bot.files_content()


async def test_a_member_exports_and_erases_their_data(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    interactions = discord_server.interactions
    message_id = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message_id)
    offered = await interactions.edited(await interactions.slash("personal"))
    assert localize("personal.inactive", "en") in offered.text
    agreed = await interactions.press(offered.buttons[0], offered.message)
    assert (await interactions.edited(agreed)).text == localize("personal.learning", "en")
    response = await interactions.edited(await interactions.slash("privacy"))
    (file,) = response.files.values()
    assert [entry["message"] for entry in json.loads(file)["messages"]] == [message_id]
    (counted,) = json.loads(file)["personal_preferences"]["counts"].values()
    assert counted["emojis"]["😂"]["shown"] == pytest.approx(1, abs=0.01)
    why = await interactions.edited(await interactions.slash("why"))
    assert "I showed 😂" in why.text
    numbers = await discord_server.send_message("1, 2, 3")
    silent = await interactions.edited(
        await interactions.slash("why", [option("message", numbers)])
    )
    key = silent.text.rpartition(" ")[2]
    await bot.wait_for_output(f"no reaction on discord message {key}: irrelevant")
    stats = await interactions.edited(await interactions.slash("stats"))
    (picture,) = stats.files.values()
    assert picture.startswith(b"\x89PNG")
    asked = await interactions.edited(await interactions.slash("forget"))
    erased = await interactions.edited(await interactions.press(asked.buttons[0], asked.message))
    assert "erased: 2" in erased.text
    assert bot.query(RECORDED) == []
    await interactions.edited(await interactions.slash("optout"))
    await discord_server.send_message("funny")
    other = await discord_server.send_message("funny", author=BOB)
    await discord_server.reaction_requests(other)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(other,)]


async def test_questions_are_answered_after_a_restart(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    interactions = discord_server.interactions
    asked = await interactions.edited(await interactions.slash("personal"))
    reset = await interactions.edited(
        await interactions.slash("preferences reset", permissions=MANAGE_GUILD)
    )
    assert await bot.stop() == 0
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)

    async def answer(button: dict[str, object], under: str) -> str:
        pressed = await interactions.press(button, under)
        answered = await interactions.edited(pressed)
        assert answered.buttons == []
        return answered.text

    learn, refuse = asked.buttons
    earlier = {**learn, "custom_id": str(learn["custom_id"]).replace(TERMS_VERSION, "2020-01")}
    again = await interactions.edited(await interactions.press(earlier, asked.message))
    assert (again.text, again.buttons) == (asked.text, asked.buttons)
    assert bot.query("select * from personal_consent") == []
    assert await answer(learn, asked.message) == localize("personal.learning", "en")
    assert len(bot.query("select * from personal_consent")) == 1
    assert await answer(refuse, asked.message) == localize("personal.refused", "en")
    # Whoever asked does not manage the server any more.
    assert await answer(reset.buttons[0], reset.message) == localize("preferences.admins", "en")
    assert await answer(reset.buttons[1], reset.message) == localize("preferences.kept", "en")


async def test_long_answers_are_framed_and_their_buttons_work_after_a_restart(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    interactions = discord_server.interactions
    message_id = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message_id)
    explained = await interactions.edited(
        await interactions.slash("why", [option("message", message_id)])
    )
    assert explained.framed
    assert explained.private
    assert explained.text.startswith("I showed 😂")
    assert len(explained.buttons) == 5
    silent = await discord_server.send_message("hm")
    unexplained = await interactions.edited(
        await interactions.slash("why", [option("message", silent)])
    )
    assert unexplained.buttons == []
    many = [f"{10**17 + number}" for number in range(150)]
    await choose(discord_server, "chat_deny", " ".join(f"<#{chat}>" for chat in many))
    shown = await interactions.edited(
        await interactions.slash("settings show", permissions=MANAGE_GUILD)
    )
    assert shown.framed
    assert 2000 < len(shown.text) <= 4000
    assert await bot.stop() == 0
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)
    pressed = await interactions.press(
        explained.buttons[0], explained.message, author=BOB, framed=True
    )
    assert "😂" in (await interactions.edited(pressed)).text
    assert await bot.wait_for_rows(FEEDBACK, message_id) == [("agree", "😂")]


async def test_settings_hold_in_threads_and_after_a_restart(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    refused = await discord_server.interactions.slash(
        "settings set", [option("setting", "enabled"), option("value", "off")]
    )
    (answer,) = await discord_server.interactions.response_to(refused)
    assert "Manage Server" in answer.text
    assert "off" in await choose(discord_server, "enabled", "off", CHANNEL)
    assert await bot.stop() == 0
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)
    for place in (CHANNEL, THREAD):
        await discord_server.send_message("funny", channel=place)
    private = await discord_server.send_message("funny", channel=DM)
    await discord_server.reaction_requests(private)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(private,)]


async def test_a_custom_emoji_is_predicted_from_its_name(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    assert "pizza" in await choose(discord_server, "emoji_allow", ":pizza: :lost: 😂")
    message_id = await discord_server.send_message("pizza")
    (request,) = await discord_server.reaction_requests(message_id)
    assert request.emoji == "pizza:4242"
    event = {
        "user_id": BOT,
        "channel_id": CHANNEL,
        "message_id": message_id,
        "guild_id": GUILD,
        "emoji": {"id": "4242", "name": "pizza"},
        "burst": False,
        "type": 0,
    }
    await discord_server.gateway.dispatch("MESSAGE_REACTION_REMOVE", event)
    assert await bot.wait_for_rows(FEEDBACK, message_id) == [("remove", ":pizza:")]


async def test_a_replayed_request_is_answered_after_a_reconnect(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    await discord_server.gateway.drop()
    asked = await discord_server.interactions.slash("emoji", [option("text", "funny")])
    await discord_server.gateway.received.wait(lambda sent: sent["op"] == RESUME)
    assert (await discord_server.interactions.edited(asked)).buttons
    assert len(await discord_server.interactions.response_to(asked)) == 1
