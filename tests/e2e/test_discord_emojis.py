"""Emojis of the application: uploaded by commands, shown and read back on the wire."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CommandResult
from tests.e2e.conftest import Launcher
from tests.e2e.discord_interactions import MANAGE_GUILD
from tests.e2e.discord_payloads import ALICE, BOB, BOT, DM
from tests.e2e.discord_server import TOKEN, DiscordServer, Refusal
from tests.e2e.process import BotProcess
from tests.e2e.queries import FEEDBACK, OUTCOME, REFUSED
from tests.e2e.test_discord_commands import option

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def configured(launcher: Launcher, discord_server: DiscordServer) -> BotProcess:
    """Give a bot that is not started."""
    return launcher(discord=discord_server)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Give an image that Discord would take."""
    file = tmp_path / "laughing cat.png"
    file.write_bytes(PNG)
    return file


async def emojis(bot: BotProcess, *arguments: str) -> CommandResult:
    return await bot.call("discord", "emojis", *arguments, DISCORD_TOKEN=TOKEN)


async def started(bot: BotProcess, server: DiscordServer, count: int = 1) -> None:
    """Start the bot, and wait until it knows so many emojis of its own."""
    await bot.start(DISCORD_TOKEN=TOKEN)
    await server.gateway.ready()
    await bot.wait_for_output(f"emojis of the application: {count}")


async def upload(bot: BotProcess, server: DiscordServer, image: Path, *arguments: str) -> str:
    """Upload the image; return the emoji as reactions name it."""
    result = await emojis(bot, "add", str(image), *arguments)
    assert (result.status, result.err) == (0, "")
    [*_, added] = server.emojis.uploaded.values()
    return f"{added['name']}:{added['id']}"


async def test_an_image_is_shown_in_the_place_of_its_emojis_everywhere(
    configured: BotProcess, discord_server: DiscordServer, image: Path
) -> None:
    cat = await upload(configured, discord_server, image, "--for", "🥳😂")
    assert cat.startswith("laughing_cat:")
    assert discord_server.emojis.images[cat.partition(":")[2]] == PNG
    await started(configured, discord_server)
    message = await discord_server.send_message("funny")
    [request] = await discord_server.reaction_requests(message)
    assert request.emoji == cat
    assert await configured.wait_for_rows(OUTCOME, message) == [('["😂"]', None, None)]
    # A member who joins in agrees with what was shown, not with the other meaning.
    await discord_server.react(message, ALICE, cat)
    await discord_server.react(message, BOB, "😂")
    await configured.wait_for_rows(FEEDBACK, message, exactly=[("agree", "😂")] * 2)
    await discord_server.unreact(message, ALICE, cat)
    assert await configured.wait_for_rows(FEEDBACK, message) == [("agree", "😂")]
    await discord_server.unreact(message, BOT, cat)
    given = [("agree", "😂"), ("remove", "😂")]
    await configured.wait_for_rows(FEEDBACK, message, exactly=given)
    private = await discord_server.send_message("funny", channel=DM)
    [request] = await discord_server.reaction_requests(private)
    assert request.emoji == cat


async def test_an_image_is_on_buttons(
    launcher: Launcher, discord_server: DiscordServer, image: Path
) -> None:
    bot = launcher(discord=discord_server, **{"reactions.mode": "reply"})
    cat = await upload(bot, discord_server, image, "--for", "😂")
    await started(bot, discord_server)
    message = await discord_server.send_message("funny")
    [sent] = await discord_server.sent.wait(lambda _: True)
    assert sent["content"] == f"<:{cat}>"
    [button, *_] = sent["components"][0]["components"]
    assert f"{button['emoji']['name']}:{button['emoji']['id']}" == cat
    pressed = await discord_server.interactions.press(button, sent["id"], author=BOB)
    assert f"<:{cat}>" in (await discord_server.interactions.edited(pressed)).text
    assert await bot.wait_for_rows(FEEDBACK, message) == [("agree", "😂")]


async def test_a_reply_with_an_image_that_is_gone_is_sent_without(
    launcher: Launcher, discord_server: DiscordServer, image: Path
) -> None:
    bot = launcher(discord=discord_server, **{"reactions.mode": "reply"})
    await upload(bot, discord_server, image, "--for", "😂")
    await started(bot, discord_server)
    invalid = {"_errors": [{"code": "BUTTON_COMPONENT_INVALID_EMOJI", "message": "Invalid emoji"}]}
    where = {"components": {"0": {"components": {"0": {"emoji": {"id": invalid}}}}}}
    discord_server.refusals.append(Refusal(400, 50035, errors=where))
    message = await discord_server.send_message("funny")
    [sent] = await discord_server.sent.wait(lambda _: True)
    assert sent["content"] == "😂"
    assert (await bot.wait_for_rows(OUTCOME, message))[0][2] is None
    discord_server.refusals.append(Refusal(400, 50035, errors=where))
    refused = await discord_server.send_message("funny")
    assert await bot.wait_for_rows(REFUSED, refused) == [("unknown_emoji",)]


async def test_an_image_that_is_gone_gives_way_to_the_emoji(
    configured: BotProcess, discord_server: DiscordServer, image: Path
) -> None:
    cat = await upload(configured, discord_server, image, "--for", "😂")
    await started(configured, discord_server)
    discord_server.refusals.append(Refusal(400, 10014))
    message = await discord_server.send_message("funny")
    requests = await discord_server.reaction_requests(message, count=2)
    assert [request.emoji for request in requests] == [cat, "😂"]
    assert await configured.wait_for_rows(OUTCOME, message) == [('["😂"]', None, None)]
    later = await discord_server.send_message("funny")
    [request] = await discord_server.reaction_requests(later)
    assert request.emoji == "😂"


async def test_a_list_that_discord_refuses_costs_no_reaction(
    configured: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.emojis.is_readable = False
    await configured.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    await configured.wait_for_output("the application's emojis could not be read: Forbidden")
    message = await discord_server.send_message("funny")
    [request] = await discord_server.reaction_requests(message)
    assert request.emoji == "😂"
    refused = await emojis(configured, "list")
    assert refused.error == "Discord refused it with status 403: no"


async def test_gravity_decides_before_an_image(
    configured: BotProcess, discord_server: DiscordServer, image: Path
) -> None:
    cat = await upload(configured, discord_server, image, "--for", "😂")
    await started(configured, discord_server)
    await add_rule(discord_server, "gm", "😂")
    shown = []
    for text in ("gm party", "gm heartbroken"):
        message = await discord_server.send_message(text)
        [request] = await discord_server.reaction_requests(message)
        shown.append(request.emoji)
    assert shown == [cat, "💔"]


async def test_an_emoji_without_a_meaning_is_a_custom_emoji_of_every_server(
    configured: BotProcess, discord_server: DiscordServer, image: Path
) -> None:
    cat = await upload(configured, discord_server, image)
    await started(configured, discord_server)
    assert f"gm → <:{cat}>" in await add_rule(discord_server, "gm", ":laughing_cat:")
    message = await discord_server.send_message("gm party")
    [request] = await discord_server.reaction_requests(message)
    assert request.emoji == cat
    await discord_server.react(message, ALICE, cat)
    assert await configured.wait_for_rows(FEEDBACK, message) == [("agree", ":laughing_cat:")]


async def add_rule(server: DiscordServer, pattern: str, emojis: str) -> str:
    """Add a rule by its command; return the answer."""
    options = [option("pattern", pattern), option("emojis", emojis)]
    asked = await server.interactions.slash("rules add", options, permissions=MANAGE_GUILD)
    return (await server.interactions.edited(asked)).text


async def test_the_emojis_are_listed_assigned_and_removed(
    configured: BotProcess, discord_server: DiscordServer, image: Path
) -> None:
    assert (await emojis(configured, "list")).out == "the application has no emojis\n"
    await upload(configured, discord_server, image, "--name", "cat")
    assert (await emojis(configured, "list")).out.startswith(":cat: known by its name")
    assert (await emojis(configured, "assign", ":cat:", "❤️ 👍🏽")).out == "assigned\n"
    [listed] = json.loads((await emojis(configured, "list", "--json")).out)
    assert (listed["name"], listed["stands_for"]) == ("cat", ["❤", "👍"])
    assert (await emojis(configured, "assign", "cat", "")).status == 0
    assert (await emojis(configured, "list")).out.startswith(":cat: known by its name")
    assert (await emojis(configured, "remove", "cat")).out == "removed\n"
    assert not discord_server.emojis.uploaded
    assert configured.query("select * from application_emoji") == []


async def test_what_cannot_be_done_is_said_in_one_line(
    configured: BotProcess, discord_server: DiscordServer, image: Path, tmp_path: Path
) -> None:
    await upload(configured, discord_server, image, "--name", "cat", "--for", "😂")
    text, huge = tmp_path / "text.png", tmp_path / "huge.png"
    text.write_bytes(b"no image")
    huge.write_bytes(PNG + bytes(256 << 10))
    expected = {
        ("add", str(image), "--name", "cat"): (1, ":cat: is there already"),
        ("add", str(image), "--for", "😂"): (1, "😂: :cat: stands for it"),
        ("add", str(image), "--for", "funny"): (2, "funny: holds more than standard emojis"),
        ("add", str(image), "--name", "a"): (1, "a: --name takes 2 to 32 letters"),
        ("add", str(text)): (1, "the file is no PNG, JPEG, GIF or WebP image"),
        ("add", str(huge)): (1, "the image has 257 KiB, and Discord takes 256"),
        ("add", str(tmp_path / "none.png")): (1, "none.png: cannot be read"),
        ("assign", "dog", "😂"): (1, "dog: the application has no such emoji"),
        ("remove", "dog"): (1, "dog: the application has no such emoji"),
    }
    for arguments, (status, words) in expected.items():
        result = await emojis(configured, *arguments)
        assert (result.status, words in result.error) == (status, True), result.err
    assert len(discord_server.emojis.uploaded) == 1
    discord_server.emojis.images.clear()
    refused = await configured.call("discord", "emojis", "list", DISCORD_TOKEN="wrong.token.here")
    assert "Discord refused the token" in refused.error
    assert "DISCORD_TOKEN: is not set" in (await configured.call("discord", "emojis", "list")).error
