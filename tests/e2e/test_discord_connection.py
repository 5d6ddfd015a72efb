"""The bot as a process, with a fake Discord: coming, going and coming back."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.e2e import discord_payloads
from tests.e2e.conftest import Launcher
from tests.e2e.discord_gateway import IDENTIFY, MESSAGE_CONTENT, RESUME, SESSION_ID
from tests.e2e.discord_payloads import ALICE, BOB, BOT, CHANNEL, DM, guild, user
from tests.e2e.discord_server import TOKEN, DiscordServer, Request
from tests.e2e.process import BotProcess, store_away
from tests.e2e.queries import FEEDBACK, OUTCOME, RECORDED

LEAST = 1 | 1 << 3 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13
"""Guilds and their emojis; messages and reactions, in guilds and private."""


@pytest.fixture
async def bot(launcher: Launcher, discord_server: DiscordServer) -> BotProcess:
    """Give a bot that is connected."""
    process = launcher(discord=discord_server)
    await process.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    return process


ODD_MESSAGES: tuple[dict[str, Any], ...] = (
    {"content": 7},
    {"content": ["zanzibar"]},
    {"author": "zanzibar"},
    {"mentions": "zanzibar"},
    {"timestamp": "zanzibar"},
    {"id": "zanzibar"},
    {"attachments": [7]},
    {"member": 7},
    {"guild_id": "999"},  # a server that the bot is not in
)
ODD_GUILD_PARTS: dict[str, list[Any]] = {
    "emojis": [{"id": "zanzibar", "name": 7}],
    "roles": [{"id": "7", "name": "\ud800", "permissions": "zanzibar"}],
    "channels": [7, {"id": "7", "type": 0, "permission_overwrites": [{"id": "zanzibar"}]}],
    "members": [{"user": "zanzibar"}],
    "threads": ["zanzibar"],
    "stickers": [{"name": "\ud800"}],
    "voice_states": [{"channel_id": None}],
}
EVENT_KINDS = [
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "MESSAGE_REACTION_REMOVE_ALL",
    "MESSAGE_REACTION_REMOVE_EMOJI",
    "INTERACTION_CREATE",
    "GUILD_CREATE",
    "GUILD_UPDATE",
    "GUILD_EMOJIS_UPDATE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "GUILD_ROLE_UPDATE",
    "GUILD_MEMBER_UPDATE",
    "THREAD_CREATE",
    "SOMETHING_NEW",
]
EVENT_FIELDS = [
    "id",
    "guild_id",
    "channel_id",
    "message_id",
    "user_id",
    "author",
    "emoji",
    "content",
    "ids",
    "name",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from(["7", BOB])
    | st.text(st.characters(exclude_categories=()), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "type", "user"]), inner, max_size=4)
    ),
    max_leaves=5,
)


def is_reaction(request: Request) -> bool:
    return "/reactions/" in request.path


async def test_only_the_needed_intents_are_requested(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    assert bot.running
    (sent,) = discord_server.gateway.received.filter(lambda sent: sent["op"] == IDENTIFY)
    assert sent["d"]["intents"] == LEAST | MESSAGE_CONTENT


async def test_the_start_waits_for_gateway_and_api(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    discord_server.outages = 1
    discord_server.gateway.refusals = 2
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    assert discord_server.gateway.refusals == 0
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    assert "Traceback" not in bot.output
    assert await bot.stop() == 0


async def test_the_bot_works_without_the_message_content_intent(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    discord_server.gateway.content_allowed = False
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)
    _, again = discord_server.gateway.received.filter(lambda sent: sent["op"] == IDENTIFY)
    assert again["d"]["intents"] == LEAST
    await discord_server.send_message("funny")
    mention = await discord_server.send_message(f"<@{BOT}> funny", mentions=[user(BOT)])
    private = await discord_server.send_message("funny", channel=DM)
    for message in (mention, private):
        await discord_server.reaction_requests(message)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(mention,), (private,)]
    assert bot.output.count("Message Content Intent") == 1


async def test_a_refused_token_is_a_one_line_error(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN="wrong-token-of-discord")
    assert await bot.wait() == 1
    assert "Discord refused the token" in bot.output
    assert "wrong-token-of-discord" not in bot.output
    assert "Traceback" not in bot.output


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4004, "Discord refused the token"),
        (4013, "Discord closed the gateway with 4013"),
        (4014, "Discord refuses this bot even"),
    ],
)
async def test_a_refusing_gateway_is_a_one_line_error(
    launcher: Launcher, discord_server: DiscordServer, code: int, words: str
) -> None:
    discord_server.gateway.close_code = code
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN=TOKEN)
    assert await bot.wait() == 1
    assert bot.output.count(words) == 1
    assert "Traceback" not in bot.output


async def test_it_stops_at_once_while_the_gateway_is_down(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    discord_server.gateway.refusals = 1000
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN=TOKEN)
    await bot.wait_for_output("the Discord gateway does not answer")
    assert await bot.stop() == 0
    assert "Traceback" not in bot.output


async def test_a_malformed_event_is_ignored_and_not_logged(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    bot = launcher(discord=discord_server, **{"log.level": "debug"})
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    gateway = discord_server.gateway
    for odd in ODD_MESSAGES:
        await gateway.dispatch(
            "MESSAGE_CREATE", discord_payloads.message("9001", CHANNEL, ALICE, "zanzibar") | odd
        )
    await gateway.dispatch("MESSAGE_CREATE", {"content": "zanzibar"})
    await gateway.dispatch("MESSAGE_REACTION_ADD", {"emoji": "zanzibar"})
    await gateway.dispatch("INTERACTION_CREATE", {"id": "zanzibar"})
    await gateway.dispatch("GUILD_UPDATE", {"name": "zanzibar"})
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    assert "Discord event MESSAGE_CREATE (no id) is malformed" in bot.output
    assert len(gateway.received.filter(lambda sent: sent["op"] == IDENTIFY)) == 1
    assert not gateway.received.filter(lambda sent: sent["op"] == RESUME)
    assert await bot.stop() == 0
    assert b"zanzibar" not in bot.files_content()


@pytest.mark.parametrize("part", list(ODD_GUILD_PARTS))
async def test_malformed_parts_of_a_server_do_not_keep_the_bot_away(
    launcher: Launcher, discord_server: DiscordServer, part: str
) -> None:
    discord_server.gateway.guilds[0].setdefault(part, [])
    discord_server.gateway.guilds[0][part] += ODD_GUILD_PARTS[part]
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    message = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message)
    assert await bot.wait_for_rows(OUTCOME, message) == [('["😂"]', None, None)]
    assert len(discord_server.gateway.received.filter(lambda s: s["op"] == IDENTIFY)) == 1
    assert await bot.stop() == 0
    assert b"zanzibar" not in bot.files_content()


async def test_events_of_any_shape_cost_no_session(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    samples: list[tuple[str, dict[str, Any]]] = []

    @seed(18)
    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(EVENT_KINDS), st.dictionaries(st.sampled_from(EVENT_FIELDS), VALUES))
    def collect(kind: str, data: dict[str, Any]) -> None:
        samples.append((kind, data))

    collect()
    for kind, data in samples:
        await discord_server.gateway.sessions[0].dispatch(kind, data)
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    gateway = discord_server.gateway
    assert len(gateway.received.filter(lambda sent: sent["op"] == IDENTIFY)) == 1
    assert await bot.stop() == 0
    assert "Traceback" not in bot.output


async def test_what_arrives_while_the_store_is_away_is_handled_once_afterwards(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    shown, deleted = [await discord_server.send_message("funny") for _ in range(2)]
    for message in (shown, deleted):
        await discord_server.reaction_requests(message)
    with store_away(bot, "prediction"):
        missed = await discord_server.send_message("funny")
        await discord_server.react(shown, BOB, "😂")
        await discord_server.delete(deleted)
        await bot.wait_for_outputs("the store failed", 1)  # repeats are counted
    await discord_server.reaction_requests(missed)
    assert await bot.wait_for_rows(FEEDBACK, shown) == [("agree", "😂")]
    await bot.wait_for_rows(OUTCOME, deleted, rows=0)
    assert await bot.stop() == 0
    assert len(discord_server.requests.filter(is_reaction)) == 3


@pytest.mark.parametrize("way", ["reconnect", "drop", "invalidate"])
async def test_a_resumed_session_replays_events(
    bot: BotProcess, discord_server: DiscordServer, way: str
) -> None:
    gateway = discord_server.gateway
    before = await discord_server.send_message("funny")
    await discord_server.reaction_requests(before)
    await {"reconnect": gateway.reconnect, "drop": gateway.drop}.get(way, gateway.invalidate)()
    missed = await discord_server.send_message("party")
    await gateway.received.wait(lambda sent: sent["op"] == RESUME)
    after = await discord_server.send_message("pizza")
    for message in (missed, after):
        await discord_server.reaction_requests(message)
    assert await bot.stop() == 0
    assert len(discord_server.requests.filter(is_reaction)) == 3
    assert bot.query(RECORDED) == [(before,), (missed,), (after,)]


@pytest.mark.slow
async def test_an_invalid_session_is_replaced(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.gateway.rejects_resume = True
    await discord_server.gateway.drop()
    await discord_server.gateway.ready(times=2)  # discord.py waits five seconds before
    assert discord_server.gateway.received.filter(lambda sent: sent["op"] == RESUME)
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    assert bot.running


async def test_replayed_message_is_answered_once(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message)
    await discord_server.send_message("funny", id=message)
    last = await discord_server.send_message("party")
    await discord_server.reaction_requests(last)
    assert await bot.stop() == 0
    assert len(discord_server.requests.filter(is_reaction)) == 2


async def test_stopping_finishes_accepted_messages(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.accepting_reactions.clear()
    messages = [
        await discord_server.send_message("funny", channel=channel) for channel in (CHANNEL, DM)
    ]
    await discord_server.pending_reactions.wait(lambda message: message in messages, count=2)
    stopping = asyncio.create_task(bot.stop())
    await bot.wait_for_output("finishing")
    discord_server.accepting_reactions.set()
    assert await stopping == 0
    for message in messages:
        assert bot.query(OUTCOME, message) == [('["😂"]', None, None)]


async def test_one_shard_of_several(launcher: Launcher, discord_server: DiscordServer) -> None:
    second = str(1 << 22)
    discord_server.gateway.guilds.append(guild(second, ["333"]))
    shards = {"discord.shard_ids": [1], "discord.shard_count": 2}
    bot = launcher(discord=discord_server, **shards)
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    (sent,) = discord_server.gateway.received.filter(lambda sent: sent["op"] == IDENTIFY)
    assert sent["d"]["shard"] == [1, 2]
    await discord_server.send_message("funny")
    message = await discord_server.send_message("funny", channel="333", guild_id=second)
    await discord_server.reaction_requests(message)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(message,)]


@pytest.mark.slow
async def test_all_shards_in_one_process(launcher: Launcher, discord_server: DiscordServer) -> None:
    second = str(1 << 22)
    discord_server.gateway.guilds.append(guild(second, ["333"]))
    bot = launcher(discord=discord_server, **{"discord.shard_count": 2})
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)  # Discord wants five seconds between them
    messages = [
        await discord_server.send_message("funny"),
        await discord_server.send_message("funny", channel="333", guild_id=second),
    ]
    for message in messages:
        await discord_server.reaction_requests(message)
    await discord_server.gateway.drop(shard=1)
    missed = await discord_server.send_message("party", channel="333", guild_id=second)
    await discord_server.reaction_requests(missed)
    (resumed,) = discord_server.gateway.received.filter(lambda sent: sent["op"] == RESUME)
    assert resumed["d"]["session_id"] == f"{SESSION_ID}1"
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(message,) for message in (*messages, missed)]
